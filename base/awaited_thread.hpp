#pragma once

#include <chrono>
#include <future>
#include <thread>
#include <utility>

namespace bot {

// A thread whose end can be awaited for a time. Used by one thread at a time.
class AwaitedThread {
 public:
  AwaitedThread() = default;
  AwaitedThread(const AwaitedThread&) = delete;
  AwaitedThread& operator=(const AwaitedThread&) = delete;
  ~AwaitedThread() { join(); }

  // REQUIRES: called once at most.
  template <typename Body>
  void start(Body body) {
    thread_ = std::thread([this, body = std::move(body)] {
      body();
      ended_.set_value();
    });
  }
  // False when it has not ended by then.
  bool wait_until(std::chrono::steady_clock::time_point until) {
    if (!thread_.joinable()) return true;
    if (end_.wait_until(until) != std::future_status::ready) return false;
    thread_.join();
    return true;
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::promise<void> ended_;
  std::future<void> end_ = ended_.get_future();
  std::thread thread_;
};

}  // namespace bot
