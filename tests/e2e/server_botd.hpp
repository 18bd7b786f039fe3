// The real botd as a child process, its bots, and clients for it. Nothing is left behind: what a
// test has started is ended by pid, and its directories are removed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/client.hpp"
#include "client/types/meeting.hpp"
#include "tests/e2e/process.hpp"

namespace bot::e2e {

std::string botd_program();
std::string botctl_program();

struct BotdOptions {
  Words flags = {};
  std::string listen = "127.0.0.1:0";
  Variables variables = {};  // besides PATH, HOME and BOTD_ADMIN_KEY
  std::string ca_file = {};  // for admin() and user(), when it speaks TLS
};

// `botd serve` on a data directory that outlives it. A bot whose server was killed becomes a child
// of the test, so that none can be overlooked.
class Botd {
 public:
  // Returns when it serves; a server that does not come up is a failure of the test, and then
  // url() is empty.
  Botd(const std::string& data_dir, BotdOptions options);
  Botd(const Botd&) = delete;
  Botd& operator=(const Botd&) = delete;
  // Kills what still runs: the server, and bots that have lost theirs.
  ~Botd();

  pid_t pid() const { return pid_; }
  // The admin listener's when there is one.
  const std::string& url() const { return url_; }
  std::uint16_t port() const;
  // For the next server of this directory: bots know where this one listened.
  std::string address() const { return "127.0.0.1:" + std::to_string(port()); }

  void signal(int number) const;
  // Waits for its end: the exit code, the negative signal, or nullopt when it goes on.
  std::optional<int> wait(Millis patience = usual_patience);
  // kill -9.
  void crash();
  // SIGTERM and its exit code.
  std::optional<int> terminate();

  std::string log() const { return read_file(log_file_); }
  const std::string& data_dir() const { return data_dir_; }

  client::Client admin() const;
  client::Client user(const std::string& key) const;

 private:
  void launch(const BotdOptions& options);
  bool take_url();

  std::string data_dir_;
  std::string log_file_;
  std::string url_;
  std::string ca_file_;
  pid_t pid_ = -1;
  std::optional<int> ended_;
};

// `botd worker`, killed when it still runs at the end. Goes before the Botd that it works for.
class BotdWorker {
 public:
  // Returns at once. The environment is PATH and the variables.
  BotdWorker(const std::string& log_file, const Words& flags, const Variables& variables = {});
  BotdWorker(const BotdWorker&) = delete;
  BotdWorker& operator=(const BotdWorker&) = delete;
  ~BotdWorker();

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  // As Botd::wait, crash and terminate.
  std::optional<int> wait(Millis patience = usual_patience);
  void crash();
  std::optional<int> terminate();
  std::string log() const { return read_file(log_file_); }

 private:
  std::string log_file_;
  pid_t pid_ = -1;
  std::optional<int> ended_;
};

// The administrator's key of every Botd of this process.
const std::string& admin_key();

struct Account {
  std::int64_t id = 0;
  std::string key;
};

// A new user with a token.
Account make_user(const Botd& server, std::int64_t limit);

// POST /bots for that meeting; a refusal is a failure of the test.
types::Meeting start_bot(const client::Client& user, const std::string& native_id);
// All meetings of the user, newest first.
std::vector<types::Meeting> meetings_of(const client::Client& user);
// The newest meeting of that id; its status is "" when there is none.
types::Meeting meeting(const client::Client& user, const std::string& native_id);
bool reaches(const client::Client& user,
             const std::string& native_id,
             const std::string& status,
             Millis patience = usual_patience);
// A text of meeting.data; "" when it is not there.
std::string data_text(const types::Meeting& meeting, const char* name);
// What GET /bots/status lists.
std::vector<types::RunningBot> running_bots(const client::Client& user);

}  // namespace bot::e2e
