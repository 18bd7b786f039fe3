#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bot::bots {

// Calls that wait for others, on a few threads of their own which are made when there is something
// to do. Thread-safe.
class Errands {
 public:
  explicit Errands(std::size_t threads) : most_(threads) {}
  ~Errands() { stop(); }
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  // Nothing after stop().
  void add(std::function<void()> errand);
  // Waits for what is under way; what was not begun is dropped.
  void stop();

 private:
  void run();

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;  // guarded by mutex_
  std::size_t idle_ = 0;                       // guarded by mutex_
  bool stopping_ = false;                      // guarded by mutex_
  std::vector<std::thread> threads_;           // guarded by mutex_
};

}  // namespace bot::bots
