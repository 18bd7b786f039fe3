// One of those who work on the queue: a dispatcher under a name of its own, whose life everybody
// can see who shares the database, and who can be told to pause, go on and end.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/awaited_thread.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "server/jobs/pulse.hpp"
#include "server/jobs/worker_health.hpp"
#include "server/jobs/worker_options.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/store/database.hpp"
#include "server/store/worker_store.hpp"

namespace bot::jobs {

// Thread-safe but for start and stop, which are called in this order by one thread. The heartbeat
// is a row at each interval, on a thread of its own, whatever the handlers do; when the database is
// away it is put off. Where there is a sign, that is shown as well, whatever the database does.
class Worker {
 public:
  // `sign` may be null. The owner of `dispatching` is set here, and its on_outcome is called after
  // the worker's own.
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
  // stop, returns it to the queue without spending an attempt, says that it has ended. For the last
  // two there are two seconds also where the limit leaves less, so that a stop takes limit + 2 s at
  // the very most, whatever the store does. False when something goes on then, a handler, whoever
  // has its item by now, or a call of the store: the destructor would wait for it.
  bool stop(Millis limit);

  store::WorkerRow row() const;
  // It takes nothing more of some lane, whose handlers do not come back.
  bool hangs() const { return dispatcher_.hangs(); }

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct ShownItem {
    std::int64_t id = 0;
    std::string name;
  };

  queue::DispatcherOptions dispatching(queue::DispatcherOptions options);
  void count(const queue::Item& item, const queue::Outcome& outcome);
  void loop();
  void look();
  void obey(store::WorkerWish wish);
  void change_to(store::WorkerStatus status);
  // Of the items that run, the one that is shown; nullopt: none runs.
  std::optional<ShownItem> item_to_show() const;
  // What is to be shown now; nullopt: nothing, it is another's to say.
  std::optional<store::WorkerRow> picture();
  void beat(std::optional<store::WorkerWish> fulfilled = {});
  void tell_database(const store::WorkerRow& row, std::optional<store::WorkerWish> fulfilled);
  void end_beats();
  void want_end(const std::string& why);

  store::Database& database_;
  const Clock& clock_;
  const WorkerOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  store::WorkerRow row_;                 // guarded by mutex_
  std::optional<ShownItem> shown_item_;  // likewise; whose job row_ names
  bool beat_due_ = false;                // likewise
  bool ending_ = false;                  // likewise
  bool end_wanted_ = false;              // likewise
  bool replaced_ = false;                // likewise; the row and the sign are another's
  std::mutex mode_mutex_;                // held while the dispatcher is opened or closed
  bool started_ = false;                 // used by the thread that starts and stops
  std::optional<std::string> told_job_;  // used by thread_; that the database knows of
  AwaitedThread thread_;
  queue::Dispatcher dispatcher_;
  std::unique_ptr<Pulse> pulse_;  // null: there is no sign
};

}  // namespace bot::jobs
