// One of those who work on the queue: a dispatcher under a name of its own, whose life everybody
// can see who shares the database, and who can be told to pause, go on and end.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "server/jobs/worker_health.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/store/database.hpp"
#include "server/store/worker_store.hpp"

namespace bot::jobs {

// The process that a worker is part of, told from others that have its number later.
struct WorkerProcess {
  std::string host;
  std::int64_t pid = 0;
  std::int64_t started_at = 0;  // clock ticks since the machine's boot
};

struct WorkerOptions {
  // Owner of the leases: a worker that starts again under its id has what it held returned.
  std::string id;
  std::string version;
  WorkerProcess process;
  std::vector<std::string> lanes;  // that its dispatcher has handlers for
  std::int64_t concurrency = 1;    // as it is shown
  Millis beat_interval{30'000};
  // How often it looks whether somebody wants something of it.
  Millis look_every{1000};
  // Whether the process of a row that has this id is there still; may be empty: none is.
  std::function<bool(const store::WorkerRow&)> lives = {};
  // What is done with a row of this id that another machine wrote, where nobody can look, and which
  // was heard of within two of its intervals.
  enum class Elsewhere { replaced, refused };
  Elsewhere elsewhere = Elsewhere::replaced;
  // It is wanted to end, with the reason in words; on a thread of the worker's, once until it is
  // resumed, and not while it stops. Whoever owns it calls stop, on another thread, or quiet. May
  // be empty.
  std::function<void(const std::string& why)> on_end = {};
  // Changes between running, quiet and so on, on whatever thread makes them. Must be quick and not
  // throw; may be empty.
  std::function<void(store::WorkerStatus)> on_status = {};
};

// Thread-safe but for start and stop, which are called in this order by one thread. The heartbeat
// is a row at each interval and, where there is a sign, that as well for twice the interval: on a
// thread of its own, whatever the handlers do. When the database is away the beat is put off.
class Worker {
 public:
  // `sign` may be null. The owner, lease and hook of `dispatching` are set here; its on_outcome is
  // called all the same.
  Worker(store::Database& database,
         const Clock& clock,
         WorkerOptions options,
         queue::DispatcherOptions dispatching,
         HealthSign* sign);
  // Waits for the handlers that run.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // For handlers, before start, and for wakes.
  queue::Dispatcher& dispatcher() { return dispatcher_; }
  const std::string& id() const { return options_.id; }

  // Errors: conflict, when a process has this id that lives here or, where such are refused, may
  // live elsewhere. Throws as the database does.
  Status start();
  // Takes nothing more; what runs goes on.
  void quiet();
  void resume();
  // In stages inside the limit: takes nothing more, waits for what runs, asks what still runs to
  // stop, returns it to the queue without spending an attempt, says that it has ended. A store that
  // hangs can make it longer by two writes. False when a handler has not come to its end, whoever
  // has its item by now, or when verdicts are not stored; then the destructor would wait for it.
  bool stop(Millis limit);

  store::WorkerRow row() const;
  // It takes nothing more of some lane, whose handlers do not come back.
  bool hangs() const { return dispatcher_.hangs(); }

 private:
  using Instant = std::chrono::steady_clock::time_point;

  queue::DispatcherOptions dispatching(queue::DispatcherOptions options);
  void count(const queue::Item& item, const queue::Outcome& outcome);
  void loop();
  void look();
  void obey(store::WorkerWish wish);
  void change_to(store::WorkerStatus status);
  // Of the items that run, the one that is shown; nullopt: none runs.
  std::optional<std::int64_t> item_to_show() const;
  std::optional<std::string> job_of(std::optional<std::int64_t> item) const;
  void beat(std::optional<store::WorkerWish> fulfilled = {});
  void tell_database(const store::WorkerRow& row, std::optional<store::WorkerWish> fulfilled);
  Status may_follow(const store::WorkerRow& before, UnixMillis now) const;
  void end_thread();
  void want_end(const std::string& why);

  store::Database& database_;
  const Clock& clock_;
  const WorkerOptions options_;
  HealthSign* const sign_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  store::WorkerRow row_;                    // guarded by mutex_
  std::optional<std::int64_t> shown_item_;  // likewise; whose job row_ names
  bool beat_due_ = false;                   // likewise
  bool ending_ = false;                     // likewise
  bool end_wanted_ = false;                 // likewise
  bool replaced_ = false;                   // likewise; the row and the sign are another's
  std::mutex mode_mutex_;                   // held while the dispatcher is opened or closed
  bool started_ = false;                    // used by the thread that starts and stops
  std::thread thread_;
  queue::Dispatcher dispatcher_;
};

}  // namespace bot::jobs
