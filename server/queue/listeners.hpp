// Who has to know of what becomes of a lane's items in the very transaction of the change.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/sql.hpp"
#include "server/queue/item.hpp"

namespace bot::queue {

enum class Change {
  claimed,
  done,
  cancelled,
  retried,
  snoozed,  // also: given back without having spent an attempt
  lost,     // its worker was; ready again
  buried,
  revived,
  withdrawn,  // needless; counts as done
  deleted,    // somebody wanted that; the item and what refers to it are there for the last time
};

struct Transition {
  Item item;  // as it is stored now; of what was given up by a worker, without the lease
  ItemStatus from = ItemStatus::ready;
  Change change = Change::claimed;
  std::string reason = {};
  std::optional<std::string> worker = {};  // who took the item, or held it until now
};

// Filled before anything uses it; from then on any thread may tell.
class Listeners {
 public:
  // Called inside the transaction, which may be rolled back and run again: it changes nothing but
  // what the connection changes. Short. An exception undoes the change, which is tried again later;
  // so none may come of what an item holds.
  using Listener = std::function<void(sql::Connection&, const Transition&)>;

  void on(std::string lane, Listener listener);
  // Would tell() call anybody for an item of this lane?
  bool listens_to(std::string_view lane) const;
  void tell(sql::Connection& connection, const Transition& transition) const;

  // Nobody listens.
  static const Listeners& none();

 private:
  std::map<std::string, std::vector<Listener>, std::less<>> by_lane_;
};

}  // namespace bot::queue
