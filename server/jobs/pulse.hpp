// Keeps a worker's sign of life shown.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>

#include "base/awaited_thread.hpp"
#include "base/duration.hpp"
#include "server/jobs/worker_health.hpp"
#include "server/store/worker_store.hpp"

namespace bot::jobs {

// Shows what `look` finds at each of the worker's intervals, for twice that time, and as soon as
// its status or its job is another. On a thread of its own: whatever the worker waits for, the sign
// stays.
class Pulse {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  // Must be quick, which the database is not always; nullopt: the sign is another's.
  using Look = std::function<std::optional<store::WorkerRow>()>;

  Pulse(HealthSign& sign, Look look, Millis look_every);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  void start();
  // There is something else to show.
  void wake();
  // Shows nothing more, and hides the sign of a worker that has stopped, unless it is another's.
  void end();
  // After end(): false when that is not done by then.
  bool wait_until(Instant until) { return thread_.wait_until(until); }

 private:
  void run();
  void look();

  HealthSign& sign_;
  const Look look_;
  const Millis look_every_;
  std::optional<store::WorkerRow> shown_;  // used by the thread
  Instant next_{};                         // likewise
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;   // guarded by mutex_
  bool ending_ = false;  // likewise
  AwaitedThread thread_;
};

}  // namespace bot::jobs
