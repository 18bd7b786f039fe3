#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace bot {

// A way to a server on 127.0.0.1 that can be cut like a network: while it is, what either side
// sends stays on the way, nobody is told, and new connections get no answer. Healed, it goes on
// where it was. One thread.
class CutLink {
 public:
  explicit CutLink(std::uint16_t to);
  CutLink(const CutLink&) = delete;
  CutLink& operator=(const CutLink&) = delete;
  ~CutLink();

  std::uint16_t port() const { return port_; }
  void cut();
  void heal();

 private:
  struct Pair {
    int client;
    int server;
  };

  void run();
  // False when the pair has ended.
  static bool forward(int from, int to);
  void accept_one();
  void close_pair(std::size_t index);
  void wake() const;

  const std::uint16_t to_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  int wake_ = -1;
  std::atomic<bool> cut_{false};
  std::atomic<bool> ending_{false};
  std::vector<Pair> pairs_;
  std::thread thread_;
};

// The port in a URL of the form …://…@127.0.0.1:PORT/….
std::uint16_t port_of(const std::string& url);
std::string with_port(const std::string& url, std::uint16_t port);

}  // namespace bot
