#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bot::http {

// Starts a thread that takes no signals: those are for the thread that main chose.
std::thread start_quiet_thread(std::function<void()> body);

// The threads on which handlers run, behind one queue. Jobs must not throw. Thread-safe.
class Workers {
 public:
  Workers(int threads, std::size_t longest_queue);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();

  // False when the queue is full already.
  [[nodiscard]] bool try_post(std::function<void()> job);
  // For work of which each connection has one piece at most, and which must not be lost.
  void post(std::function<void()> job);

  std::size_t queued() const;

  // Runs what is queued, then ends the threads. Idempotent.
  void finish();

 private:
  void work();

  const std::size_t longest_queue_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool finishing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace bot::http
