#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bot::bots {

// The server as a bot sees it: takes every callback, hands out commands by long poll. HTTP as far
// as our own bot speaks it; a thread for each connection.
class CallbackServer {
 public:
  CallbackServer();
  ~CallbackServer();
  CallbackServer(const CallbackServer&) = delete;
  CallbackServer& operator=(const CallbackServer&) = delete;

  std::string origin() const;
  // A bot command as JSON, given to the next poll.
  void command(std::string json);
  // From now on every answer is 404.
  void close_session();

  // A callback of that word whose body holds the text, within ten seconds.
  bool wait_for(const std::string& word, const std::string& text);
  bool has(const std::string& word) const;
  std::vector<std::string> statuses() const;

 private:
  void accept_all();
  void serve(int socket);
  std::string answer(const std::string& target, const std::string& body);
  std::string next_commands();

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<std::pair<std::string, std::string>> callbacks_;  // word, body
  std::deque<std::string> commands_;
  bool closed_ = false;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace bot::bots
