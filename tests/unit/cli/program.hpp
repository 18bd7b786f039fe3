// Runs botctl inside the test: words in, streams and exit code out, a scripted server behind.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "cli/command.hpp"
#include "cli/world.hpp"
#include "client/types/json.hpp"
#include "tests/fakes/client/scripted_transport.hpp"

namespace bot::cli {

// Stands still but for the sleeps of the program under test.
class HandClock final : public Clock {
 public:
  UnixMillis now_ms() const override { return start + (monotonic_ - first).count(); }
  Millis monotonic() const override { return monotonic_; }
  void advance(Millis by) { monotonic_ += by; }

  static constexpr UnixMillis start = 1'795'294'800'000;  // 2026-11-21T21:00:00.000Z

 private:
  static constexpr Millis first{1'000'000};
  Millis monotonic_ = first;
};

// What a scripted /ws does next: a message, or nothing (the next slice of waiting passes).
struct Push {
  std::string message;  // empty: the peer closes
};

struct Ran {
  int code = -1;
  std::string out;
  std::string err;

  types::Json json() const { return types::Json::parse(out); }
  // The last line of standard error, parsed.
  types::Json error() const;
  std::vector<std::string> lines() const;
};

class Program {
 public:
  Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  Ran run(std::vector<std::string> words);
  Ran run(const Tree& tree, std::vector<std::string> words);

  // The scripted server; what was not asked for fails the test when the Program ends.
  client::ScriptedTransport& server() { return *server_; }
  // Answers for every endpoint that botctl knows, for tests to which they do not matter.
  void serve_everything();

  void write(const std::string& name, const std::string& text, unsigned mode = 0644) const;
  std::string path(const std::string& name) const { return (home_ / name).string(); }
  std::string read(const std::string& name) const;
  unsigned mode_of(const std::string& name) const;  // 0600; 0 when it is not there

  // Set before run(). HOME and the XDG directories are in a folder of the test's own; a server and
  // both keys are set.
  std::map<std::string, std::string, std::less<>> environment;
  Terminal terminal;
  std::string input;
  std::deque<Push> pushes;  // empty: the server does not upgrade
  int signal = 0;
  std::optional<Millis> interrupted_after;  // of the clock: then the signal is SIGINT

  // Seen by run().
  std::string origin;                       // the server of the last transport
  client::CurlOptions curl_options;         // of the last transport
  client::WebSocketOptions socket_options;  // of the last socket
  std::vector<std::string> sent_to_socket;
  HandClock clock;

 private:
  Result<std::unique_ptr<client::WebSocket>> open_socket(const client::WebSocketOptions& options);

  std::filesystem::path home_;
  std::shared_ptr<client::ScriptedTransport> server_;
};

// Bodies of answers, complete and valid.
namespace body {
std::string user(int id = 42, const std::string& email = "ada@example.com", int limit = 2);
std::string meeting(const std::string& status = "active", int id = 7);
std::string meetings(const std::vector<std::string>& items);
std::string transcript(const std::string& status = "active");
// What GET /metrics of a botd tells that began an hour ago.
std::string metrics();
}  // namespace body

}  // namespace bot::cli
