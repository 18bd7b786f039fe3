#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "base/result.hpp"
#include "server/jobs/event_store.hpp"
#include "server/store/database.hpp"

namespace bot::jobs {

// Where clients wait for what happens to jobs, without holding a thread. While somebody waits the
// store is asked now and then, because other servers and workers write events too; while nobody
// does, nothing happens. Thread-safe.
class EventFeed {
 public:
  // Called once, on the feed's thread or that of any call of it; must return at once. No events:
  // the wait is over. Unavailable when the store is away at the beginning, or still at the end.
  using Callback = std::function<void(Result<types::JobEventPage>)>;

  EventFeed(store::Database& database, const Clock& clock, Millis look_every = Millis{250});
  ~EventFeed();  // answers all that wait, with nothing
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  // The filter's events, now or as soon as there is one, at the latest after `wait`.
  void fetch(EventFilter filter, Millis wait, Callback callback);
  // Called on the feed's thread with each page of events, none of them empty; must return at once.
  using Handler = std::function<void(const types::JobEventPage&)>;
  // Whether the next page can be taken now; asked on the feed's thread, must return at once.
  using Ready = std::function<bool()>;
  // The filter's events, those that are there after its `since` and all that come, until the last
  // copy of what is returned has gone; a call that has begun then may still be under way. Whoever
  // is not ready, and everybody while the store is away, keeps its place and is told later.
  [[nodiscard]] std::shared_ptr<void> follow(
      EventFilter filter, Handler handler, Ready ready = [] { return true; });

  // Events have been committed: looks at once.
  void wake();
  // For a shutdown: answers all that wait with nothing, and from now on makes nobody wait.
  void release_all();
  std::size_t waiting() const;

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Waiter {
    EventFilter filter;
    Instant deadline;
    Callback callback;
  };

  struct Follower {
    EventFilter filter;
    Handler handler;
    Ready ready;
    std::weak_ptr<void> alive;
  };

  void run();
  // Nobody who knows this one needs to look.
  Result<std::int64_t> newest() const;
  void serve(std::list<Waiter> waiters, const Result<std::int64_t>& newest);
  void tell(std::list<Follower> followers, const Result<std::int64_t>& newest);
  Result<types::JobEventPage> look(const EventFilter& filter) const;

  store::Database& database_;
  const Clock& clock_;
  const Millis look_every_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Waiter> waiters_;      // guarded by mutex_
  std::list<Follower> followers_;  // guarded by mutex_
  bool woken_ = false;             // guarded by mutex_
  bool released_ = false;          // guarded by mutex_
  bool stopping_ = false;          // guarded by mutex_
  std::thread thread_;
};

}  // namespace bot::jobs
