#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace bot::client {

// A server on 127.0.0.1 for tests of real transports: it reads one request at a time and answers
// with scripted bytes, whatever they are. A request for which nothing is scripted is answered 200
// with "{}". To TLS it answers in plain HTTP, as servers do. One thread; connections are served one
// after another.
class LoopbackServer {
 public:
  enum class Then { keep_open, close, hang };

  struct Answer {
    std::string bytes;
    Then then = Then::keep_open;  // hang: sends the bytes, then nothing until the client goes
  };

  LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer();

  // A whole HTTP answer with its length.
  static std::string http(int status,
                          const std::string& body,
                          const std::string& type = "application/json",
                          const std::string& more_headers = "");

  void script(Answer answer);

  std::string origin() const;  // "http://127.0.0.1:PORT"
  std::uint16_t port() const { return port_; }
  // The requests as they came, head and body.
  std::vector<std::string> requests() const;
  int connections() const { return connections_; }

 private:
  void run();
  void serve(int socket);
  bool respond(int socket);
  bool wait_readable(int socket) const;

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;
  std::deque<Answer> answers_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace bot::client
