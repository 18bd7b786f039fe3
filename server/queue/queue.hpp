// The durable queue (design §4; admin-messaging-jobs §4.6). The table is the record: an item is
// there if and only if the transaction that enqueued it was committed, and leaves only when it is
// finished. Delivery is at least once: a worker that is lost is replaced when its lease runs out,
// and the attempt is spent, so that an item that takes its workers with it comes to an end.
//
// Whoever changes what becomes of an item tells its Listeners in the same transaction; of an item
// that was enqueued, the caller tells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/queue/item.hpp"
#include "server/queue/listeners.hpp"
#include "server/queue/shares.hpp"
#include "server/store/database.hpp"

namespace bot::queue {

// Joins the caller's transaction. The new item's id, or nullopt when its unique key is taken by an
// unfinished one. Afterwards, and after the commit, tell Dispatcher::wake.
std::optional<std::int64_t> enqueue(sql::Connection& connection,
                                    const NewItem& item,
                                    UnixMillis now);

// The same for one that need not know: the statement is deferred.
void enqueue_later(sql::Connection& connection, const NewItem& item, UnixMillis now);

// Many at once, in their order.
std::vector<std::optional<std::int64_t>> enqueue_all(sql::Connection& connection,
                                                     std::span<const NewItem> items,
                                                     UnixMillis now);

std::optional<Item> find(sql::Connection& connection, std::int64_t id);

// Who asks for items, of what, and for how long.
struct Claimant {
  std::string_view lane;
  std::string_view owner;
  Millis lease{};
  std::optional<std::int64_t> max_attempts = {};  // stamped on what is claimed
};

// At most n items whose time has come: the highest priority first, then by time, then by age. Each
// is leased to the owner until now + lease, with a new fence and one attempt more. None of a lane
// that is paused.
std::vector<Item> claim(sql::Connection& connection,
                        const Claimant& claimant,
                        std::size_t n,
                        UnixMillis now,
                        const Listeners& listeners = Listeners::none());
// The same, but no more of one fair_key than its share: those beyond it stay, and what comes after
// them is taken. What is taken is counted in `shares`.
std::vector<Item> claim(sql::Connection& connection,
                        const Claimant& claimant,
                        std::size_t n,
                        UnixMillis now,
                        Shares& shares,
                        const Listeners& listeners = Listeners::none());

// When the next item of the lane can run, past or future, not counting those of a key that has its
// share; nullopt when none waits or the lane is paused.
std::optional<UnixMillis> next_run_at(sql::Connection& connection,
                                      std::string_view lane,
                                      const Shares& shares = Shares());

// The holder's verdicts. False, changing nothing, when the item is not leased under this fence any
// more: somebody else has it, or it is finished. Whatever but done makes an item cancelled instead
// when somebody has requested that (request_cancel).
bool complete(sql::Connection& connection,
              std::int64_t id,
              std::int64_t fence,
              UnixMillis now,
              const Listeners& listeners = Listeners::none());
// When the next attempt may begin, and what was wrong with this one.
struct Retry {
  UnixMillis run_at = 0;
  std::string_view error;
};
// Buries it instead when no attempt is left.
bool retry_at(sql::Connection& connection,
              std::int64_t id,
              std::int64_t fence,
              const Retry& next,
              UnixMillis now,
              const Listeners& listeners = Listeners::none());
// To the dead letters at once.
bool bury(sql::Connection& connection,
          std::int64_t id,
          std::int64_t fence,
          std::string_view reason,
          UnixMillis now,
          const Listeners& listeners = Listeners::none());
// Later, without having spent an attempt: the item was not at fault.
bool snooze(sql::Connection& connection,
            std::int64_t id,
            std::int64_t fence,
            UnixMillis run_at,
            UnixMillis now,
            const Listeners& listeners = Listeners::none());
bool extend(sql::Connection& connection,
            std::int64_t id,
            std::int64_t fence,
            UnixMillis lease_until);

// Items whose lease ran out become ready again, the attempt spent; one without another is buried.
// Returns the lanes that got something to do.
std::vector<std::string> return_expired(sql::Connection& connection,
                                        UnixMillis now,
                                        const Listeners& listeners = Listeners::none());
// The same at once for everything an owner holds: for an owner that starts again without having
// given back what it held.
std::size_t return_leases_of(sql::Connection& connection,
                             std::string_view owner,
                             UnixMillis now,
                             const Listeners& listeners = Listeners::none());

// Items of the lane that the owner has leased without knowing: their claim became durable after the
// owner had given it up. They are ready again without having spent an attempt. `known`: those that
// it holds.
void return_unknown(sql::Connection& connection,
                    std::string_view lane,
                    std::string_view owner,
                    const std::set<std::int64_t>& known,
                    UnixMillis now,
                    const Listeners& listeners = Listeners::none());

// The ready item of this unique key has become needless: it counts as done.
void withdraw(sql::Connection& connection,
              std::string_view lane,
              std::string_view unique_key,
              UnixMillis now,
              const Listeners& listeners = Listeners::none());

enum class Cancellation { cancelled, asked, finished_already, absent };

// An item that nobody holds is cancelled at once. Of one that is worked on, the end is requested:
// its handler is asked to stop within a second, or after the commit by Dispatcher::notice_cancel at
// once, and the item is cancelled unless its work was done before that.
Cancellation request_cancel(sql::Connection& connection,
                            std::int64_t id,
                            std::string_view reason,
                            UnixMillis now,
                            const Listeners& listeners = Listeners::none());
// Of what the owner holds, the items that somebody wants to be cancelled.
std::vector<std::int64_t> cancel_requests(sql::Connection& connection, std::string_view owner);

// Ready again with all attempts. False when it is neither dead nor cancelled, or its unique key is
// taken.
bool revive(sql::Connection& connection,
            std::int64_t id,
            UnixMillis now,
            const Listeners& listeners = Listeners::none());

// A claim of a paused lane gives nothing, on every server; what runs goes on. False when it is
// paused already, and stays so as it is.
bool pause(sql::Connection& connection, std::string_view lane, std::string_view by, UnixMillis now);
// False when it is not paused. Afterwards, and after the commit, tell Dispatcher::wake.
bool resume(sql::Connection& connection, std::string_view lane);

struct PausedLane {
  std::string lane;
  UnixMillis paused_at = 0;
  std::string paused_by;
};

std::vector<PausedLane> paused(sql::Connection& connection);

// What is to be seen; what is empty restricts nothing.
struct ItemFilter {
  std::string lane = {};
  std::optional<ItemStatus> status = {};
  std::optional<std::string> kind = {};
  // In the payload, the last error, the kind or the unique key; ASCII letters of either case.
  std::optional<std::string> search = {};
  std::optional<UnixMillis> finished_before = {};
  std::optional<std::int64_t> before_id = {};  // the id that a page before this one ended with
};

// The newest first.
std::vector<Item> list(sql::Connection& connection, const ItemFilter& filter, std::int64_t limit);
// The dead letters; newest first.
std::vector<Item> dead(sql::Connection& connection, ItemFilter filter, std::int64_t limit);
std::int64_t count(sql::Connection& connection, const ItemFilter& filter);

// Of the filter's items at most `limit`, the oldest first: cancels those that are ready, as
// request_cancel does, and deletes the finished ones; none that is leased. How many these were.
// Like all that delete finished items, it adds them to what history() tells.
std::size_t purge(sql::Connection& connection,
                  const ItemFilter& filter,
                  std::int64_t limit,
                  UnixMillis now,
                  const Listeners& listeners = Listeners::none());
// Deletes a finished item; false when there is none of this id.
bool remove(sql::Connection& connection,
            std::int64_t id,
            const Listeners& listeners = Listeners::none());
// What has been kept long enough goes without a word to the listeners. Deletes dead letters that
// finished before `before`, and all but the newest `keep`.
std::size_t purge_dead(sql::Connection& connection,
                       std::string_view lane,
                       UnixMillis before,
                       std::int64_t keep = 10'000);
// Deletes at most `limit` done or cancelled items that finished before `before`.
std::size_t purge_done(sql::Connection& connection, UnixMillis before, std::int64_t limit = 1000);

// One entry for each lane that is paused or has items other than done ones.
std::vector<LaneCounts> counts(sql::Connection& connection, UnixMillis now);

struct LaneDay {
  std::string lane;
  std::int64_t day = 0;  // since 1970-01-01 UTC
  std::int64_t done = 0;
  std::int64_t dead = 0;
  std::int64_t cancelled = 0;

  bool operator==(const LaneDay&) const = default;
};

// What finished on the last `days` days, today among them, whether it is still stored or not: by
// day and lane, the newest day first.
std::vector<LaneDay> history(sql::Connection& connection, std::int64_t days, UnixMillis now);

}  // namespace bot::queue
