#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace bot::suites {

// A small real server on 127.0.0.1 that gives away seats: POST answers 201 while there is one, else
// 429; GET answers 200. One thread per connection. A `racy` one looks for a free seat and takes it
// in two steps, and lets as many requests as it can look before any takes: the mistake that the
// race suite is there to catch. With TLS it makes a certificate of its own.
class SeatServer {
 public:
  enum class Care { exact, racy };
  enum class Speech { plain, tls };
  enum class Connections { kept, closed_after_each };

  SeatServer(std::size_t seats,
             Care care,
             Speech speech = Speech::plain,
             Connections connections = Connections::kept);
  SeatServer(const SeatServer&) = delete;
  SeatServer& operator=(const SeatServer&) = delete;
  ~SeatServer();

  std::string origin() const;
  // PEM file to trust it by; empty without TLS.
  std::string ca_file() const { return ca_file_; }
  // When each POST was complete here: microseconds, monotonic.
  std::vector<std::int64_t> arrivals() const;

 private:
  class Tls;

  void accept_all();
  void serve(int socket);
  std::string answer_to(const std::string& head);
  bool take_seat();

  std::size_t seats_;
  Care care_;
  Connections connections_;
  std::unique_ptr<Tls> tls_;
  std::string ca_file_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::condition_variable looked_;
  std::size_t taken_ = 0;
  std::size_t looking_ = 0;
  std::vector<std::int64_t> arrivals_;
  std::set<int> open_;
  std::list<std::jthread> threads_;
  std::jthread acceptor_;
};

}  // namespace bot::suites
