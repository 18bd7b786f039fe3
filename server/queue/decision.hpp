// What becomes of an item that somebody holds, as one statement: so that those of many items travel
// together, and none needs a look at the row before.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/queue/item.hpp"
#include "server/queue/listeners.hpp"
#include "server/store/database.hpp"

namespace bot::queue {

struct Decision {
  // As it was when it was claimed: its history is continued.
  const Item* item = nullptr;
  Change change = Change::done;  // or retried, snoozed, lost, buried, cancelled
  std::string reason = {};
  UnixMillis run_at = 0;  // of those that make it ready again
  // Runs before the listeners are told, if the item was held. May be null.
  const std::function<void(sql::Connection&)>* with = nullptr;
};

// A retry, or the burial of what has no attempt left.
Decision retried(const Item& item, std::string reason, UnixMillis run_at);
// The same of an item whose worker is gone.
Decision lost(const Item& item, UnixMillis now);

// Changes nothing unless the item is leased under its fence. Whatever but done cancels it instead
// when somebody has requested that.
sql::Statement statement_of(const Decision& decision, UnixMillis now, const Listeners& listeners);

// What the statement's answer says has become of the item, and tells the listeners; nullopt when
// somebody else has it.
std::optional<Change> conclude(sql::Connection& connection,
                               const Decision& decision,
                               sql::Rows answer,
                               UnixMillis now,
                               const Listeners& listeners);

// Both at once for many, in one round trip. How many held.
std::size_t carry_out(sql::Connection& connection,
                      std::span<const Decision> decisions,
                      UnixMillis now,
                      const Listeners& listeners);

// Changes nothing unless the item is leased under this fence.
sql::Statement extension_of(std::int64_t id, std::int64_t fence, UnixMillis lease_until);

}  // namespace bot::queue
