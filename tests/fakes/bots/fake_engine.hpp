#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bot::bots {

// A Docker Engine on a unix socket of its own, whose containers only exist in its memory: what runs
// in one is decided by its image ("waits", "exits7", "stubborn"; SIGTERM ends all but the last). It
// can fail on command. A thread for each connection.
class FakeEngine {
 public:
  struct Held {
    std::string id;
    std::string name;
    std::string state = "created";
    int exit_code = 0;
    nlohmann::json plan;  // the body of its create
  };

  FakeEngine();
  ~FakeEngine();
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;

  std::string socket() const { return folder_ + "/engine.sock"; }

  // The next request whose "METHOD /path" holds the text is answered so; status 0: never.
  void fail(const std::string& part, int status, const std::string& message = "failed on command");
  // All of them, until status -1.
  void fail_always(const std::string& part, int status);
  // The same with that body.
  void answer(const std::string& part, int status, const std::string& body);
  // Nobody can connect any more, and who was connected is cut off. Containers go on.
  void go_away();
  void come_back();
  // Event streams end; those that are opened later see what happens later.
  void drop_events();
  // From now on nothing is told of ends.
  void swallow_events() { swallowing_ = true; }
  // Another Engine, without any container.
  void become_another();
  // An image that was not there; `pullable`: a pull gets it.
  void lack_image(const std::string& image, bool pullable);
  // What runs in a container ends by itself.
  void end(const std::string& id, int exit_code);
  // Says that it has ended, of whatever it is, and nothing else.
  void tell_an_end(const std::string& id);
  // As if by somebody's `docker rm -f`.
  void remove(const std::string& id);
  // A container that nobody has asked for; returns its id.
  std::string put(const std::string& name,
                  const std::string& state,
                  nlohmann::json labels,
                  const std::string& image = "waits");

  std::vector<Held> containers() const;
  // "METHOD /path?query" of all requests so far.
  std::vector<std::string> requests() const;
  int count(const std::string& part) const;

 private:
  struct Answer {
    int status = 200;
    std::string body;
  };

  void open();
  void close_all();
  void accept_all(std::uint64_t era);
  void serve(int socket, std::uint64_t era);
  bool respond(int socket, const std::string& request, std::uint64_t era);
  void stream_events(int socket, std::uint64_t era);
  Answer route(const std::string& method, const std::string& path, const std::string& body);
  Answer create(const std::string& query, const std::string& body);
  Answer of_container(const std::string& method, const std::string& rest);
  Answer of_image(const std::string& method, const std::string& path);
  std::string list() const;
  Held* find(const std::string& id_or_name);
  void finish(Held& held, int exit_code);
  void tell(const std::string& action, const std::string& id);

  std::string folder_;
  std::string id_;
  int listener_ = -1;
  std::atomic<bool> swallowing_{false};
  std::atomic<std::uint64_t> era_{0};         // of connections: earlier ones are cut off
  std::atomic<std::uint64_t> events_era_{0};  // of event streams
  mutable std::mutex mutex_;                  // guards what follows
  std::condition_variable changed_;
  std::vector<Held> held_;
  std::vector<std::string> events_;
  std::vector<std::string> requests_;
  std::vector<std::pair<std::string, Answer>> failures_;
  std::map<std::string, int> failing_;   // status, by part of the request
  std::map<std::string, bool> lacking_;  // image: can it be pulled?
  int made_ = 0;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace bot::bots
