// Runs handlers for the items of lanes.
//
// Each lane has one pump thread and as many workers as its concurrency says. The pump claims in
// batches and stores the verdicts of what has ended in the same transaction; it sleeps until the
// next stored run_at, a wake or a verdict. One more thread extends the leases of what runs, returns
// those that ran out, asks handlers to stop that are cancelled or take too long, and looks for what
// other servers have enqueued.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/backoff.hpp"
#include "base/clock.hpp"
#include "base/duration.hpp"
#include "server/queue/item.hpp"
#include "server/queue/listeners.hpp"
#include "server/queue/run.hpp"
#include "server/queue/shares.hpp"
#include "server/store/database.hpp"

namespace bot::queue {

// What became of an item.
struct Outcome {
  enum class Kind { done, retry, dead, snooze, cancelled };

  Kind kind = Kind::done;
  std::string reason = {};           // of done: for the log only
  std::optional<Millis> delay = {};  // retry: instead of the usual backoff
  UnixMillis until = 0;              // snooze
  // Runs in the transaction that stores this, and only if it still holds: whatever the handler made
  // is there if and only if its verdict is. Short; may run again after a rollback. When it throws
  // anything but bot::Unavailable, the verdict becomes a retry with that reason.
  std::function<void(sql::Connection&)> with = {};

  static Outcome done() { return {}; }
  // Tried again after the backoff (or `delay`), buried when no attempt is left.
  static Outcome retry(std::string error, std::optional<Millis> delay = {}) {
    return {.kind = Kind::retry, .reason = std::move(error), .delay = delay};
  }
  // Permanent: to the dead letters at once.
  static Outcome dead(std::string reason) {
    return {.kind = Kind::dead, .reason = std::move(reason)};
  }
  // Not before `until`, without having spent an attempt.
  static Outcome snooze(UnixMillis until) { return {.kind = Kind::snooze, .until = until}; }
  // Finished without its work being done, because somebody wanted that.
  static Outcome cancelled(std::string reason) {
    return {.kind = Kind::cancelled, .reason = std::move(reason)};
  }
};

// Called on a worker thread. An exception counts as a retry with its text. A handler must be
// idempotent: an item can come again after a crash. bot::Unavailable does not spend an attempt.
using Handler = std::function<Outcome(const Item&)>;
// One that can be asked to stop, and looks now and then whether it is.
using StoppableHandler = std::function<Outcome(const Item&, const Run&)>;

// How a lane's items are worked on: how many at once, and how many of them may be of one fair_key
// (what is beyond that stays in the queue, and others go before it).
struct Concurrency {
  Concurrency(int of_all) : workers(of_all) {}
  Concurrency(int of_all, std::size_t of_one_key) : workers(of_all), most_of_one(of_one_key) {}

  int workers;
  std::size_t most_of_one = Shares::unlimited;
  // Of one attempt, for items without a limit of their own. A handler that has not returned
  // DispatcherOptions::stop_grace after it was asked to stop has lost the item, which is retried.
  std::optional<Millis> time_limit = {};
  // Stamped on each item by the claim; absent: the item's own stays.
  std::optional<std::int64_t> max_attempts = {};
};

struct DispatcherOptions {
  std::string owner;  // of the leases; the same after a restart, different on each machine
  Millis lease{30'000};
  Backoff backoff{.first = Millis{1000}, .longest = Millis{60'000}};
  // Before another look at due items that other servers hold; a wake is not kept waiting by it.
  Millis contention_pause{50};
  // How often to look whether another server has enqueued what is due; absent: nobody else does.
  std::optional<Millis> look_every = {};
  // How often to look for what was cancelled and what takes too long.
  Millis watch_every{1000};
  Millis stop_grace{5000};
  // Told of every change that this dispatcher makes; must outlive it. May be null.
  const Listeners* listeners = nullptr;
  // Told what a handler made of an item once that is stored, on a thread of the lane's: not of what
  // is lost, which another worker makes again. Must be quick and not throw. May be empty.
  std::function<void(const Item&, const Outcome&)> on_outcome = {};
};

struct DispatcherStatistics {
  std::uint64_t claimed = 0;
  std::uint64_t done = 0;
  std::uint64_t retried = 0;
  std::uint64_t dead = 0;
  std::uint64_t snoozed = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t lost = 0;  // verdicts that came after the lease was gone

  DispatcherStatistics& operator+=(const DispatcherStatistics& other);
};

class Lane;

// Thread-safe but for handle, which comes before start.
class Dispatcher {
 public:
  Dispatcher(store::Database& database, const Clock& clock, DispatcherOptions options);
  // Stops; waits for the handlers that run.
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  void handle(std::string lane, Concurrency concurrency, Handler handler);
  void handle(std::string lane, Concurrency concurrency, StoppableHandler handler);
  // What this owner held before goes back to the queue at once; the attempts are spent.
  void start();
  // Claims nothing more and gives back what was not begun; what runs goes on.
  void quiet();
  // The end of quiet(), or of stop().
  void resume();
  // Claims nothing more, gives back what was not begun, waits for what runs and stores the
  // verdicts, for `limit` at most. False when a handler still ran then; its item comes back by its
  // lease.
  bool stop(Millis limit);
  // After quiet() or stop(): asks what runs to stop, with StopReason::shutdown, waits for `grace`
  // and returns what still runs then to the queue, without having spent an attempt; whoever claims
  // it next holds a newer fence, and the verdict of ours is lost. Waits for the store as long as
  // `storing` at most; what is not stored by then comes back by its lease. How many were returned
  // that way; their handlers may still run, and the destructor waits for them.
  std::size_t give_back_running(Millis grace = Millis{1000}, Millis storing = Millis{6000});
  // Something was enqueued in this lane, and committed; it is due, or is going to be at `run_at`.
  void wake(std::string_view lane, std::optional<UnixMillis> run_at = {});

  // Somebody has asked for this item to be cancelled (request_cancel), and that is committed: its
  // handler is asked to stop now, if it runs here, and not with the next look.
  void notice_cancel(std::int64_t id);

  // Some lane takes nothing more, because no handler of it has come back from what was taken from
  // it.
  bool hangs() const;
  // The items whose handlers run at the moment.
  std::vector<std::int64_t> running() const;
  // The item as it was claimed, if its handler runs at the moment.
  std::optional<Item> running(std::int64_t id) const;
  DispatcherStatistics statistics() const;

 private:
  const Listeners& listeners() const;
  bool wait_until_idle(std::chrono::steady_clock::time_point until);
  void keep_leases();
  void watch();
  void extend_and_return();
  void look_for_due();

  store::Database& database_;
  const Clock& clock_;
  const DispatcherOptions options_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::mutex mutex_;
  std::condition_variable ending_changed_;
  bool ending_ = false;
  std::thread keeper_;
};

}  // namespace bot::queue
