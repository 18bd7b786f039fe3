// The durable queue (design §4; admin-messaging-jobs §4.6). The table is the record: an item is
// there if and only if the transaction that enqueued it was committed, and leaves only when it is
// done. Delivery is at least once: a worker that is lost is replaced when its lease runs out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/queue/item.hpp"
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

std::optional<Item> find(sql::Connection& connection, std::int64_t id);

// Who asks for items, of what, and for how long.
struct Claimant {
  std::string_view lane;
  std::string_view owner;
  Millis lease{};
};

// At most n items whose time has come: the highest priority first, then by time, then by age. Each
// is leased to the owner until now + lease, with a new fence and one attempt more.
std::vector<Item> claim(sql::Connection& connection,
                        const Claimant& claimant,
                        std::size_t n,
                        UnixMillis now);
// The same, but no more of one fair_key than its share: those beyond it stay, and what comes after
// them is taken. What is taken is counted in `shares`.
std::vector<Item> claim(sql::Connection& connection,
                        const Claimant& claimant,
                        std::size_t n,
                        UnixMillis now,
                        Shares& shares);

// When the next item of the lane can run, past or future, not counting those of a key that has its
// share; nullopt when none waits.
std::optional<UnixMillis> next_run_at(sql::Connection& connection,
                                      std::string_view lane,
                                      const Shares& shares = Shares());

// The holder's verdicts. False, changing nothing, when the item is not leased under this fence any
// more: somebody else has it, or it is finished.
bool complete(sql::Connection& connection, std::int64_t id, std::int64_t fence, UnixMillis now);
// Buries it instead when no attempt is left.
bool retry_at(sql::Connection& connection,
              std::int64_t id,
              std::int64_t fence,
              UnixMillis run_at,
              std::string_view error,
              UnixMillis now);
// To the dead letters at once.
bool bury(sql::Connection& connection,
          std::int64_t id,
          std::int64_t fence,
          std::string_view reason,
          UnixMillis now);
bool extend(sql::Connection& connection,
            std::int64_t id,
            std::int64_t fence,
            UnixMillis lease_until);
// Later, without having spent an attempt: the item was not at fault.
bool snooze(sql::Connection& connection, std::int64_t id, std::int64_t fence, UnixMillis run_at);

// Items whose lease ran out become ready again without having spent an attempt; one that has lost
// five workers is buried. Returns the lanes that got something to do.
std::vector<std::string> return_expired(sql::Connection& connection, UnixMillis now);
// The same at once for everything an owner holds: for an owner that starts again.
std::size_t return_leases_of(sql::Connection& connection, std::string_view owner, UnixMillis now);

// Items of the lane that the owner has leased without knowing: their claim became durable after the
// owner had given it up. They are ready again without having spent an attempt. `known`: those that
// it holds.
void return_unknown(sql::Connection& connection,
                    std::string_view lane,
                    std::string_view owner,
                    const std::set<std::int64_t>& known);

// The ready item of this unique key has become needless: it counts as done.
void withdraw(sql::Connection& connection,
              std::string_view lane,
              std::string_view unique_key,
              UnixMillis now);
// Takes an item that is not leased out of the queue, as dead for this reason.
bool cancel(sql::Connection& connection, std::int64_t id, std::string_view reason, UnixMillis now);

// The dead letters; newest first. An empty lane means all lanes.
std::vector<Item> dead(sql::Connection& connection,
                       std::string_view lane,
                       std::int64_t limit,
                       std::int64_t offset = 0);
// Ready again with all attempts. False when it is not dead or its unique key is taken.
bool revive(sql::Connection& connection, std::int64_t id, UnixMillis now);
// Deletes dead letters that finished before `before`, and all but the newest `keep`.
std::size_t purge_dead(sql::Connection& connection,
                       std::string_view lane,
                       UnixMillis before,
                       std::int64_t keep = 10'000);
// Deletes at most `limit` done items that finished before `before`.
std::size_t purge_done(sql::Connection& connection, UnixMillis before, std::int64_t limit = 1000);

// One entry for each lane that has items other than done ones.
std::vector<LaneCounts> counts(sql::Connection& connection, UnixMillis now);

}  // namespace bot::queue
