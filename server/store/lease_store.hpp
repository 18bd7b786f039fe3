#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "drivers/sql.hpp"

namespace bot::store {

// What only one process of the database may do at a time. Times are of the callers' wall clocks,
// which may differ by less than a lease takes.
class LeaseStore {
 public:
  explicit LeaseStore(sql::Connection& connection) : connection_(connection) {}

  // True when it is the owner's until then: it was nobody's, had run out, or was the owner's
  // already.
  bool take(std::string_view name, std::string_view owner, UnixMillis until, UnixMillis now);
  // Whether take would succeed now; a look that changes nothing.
  bool is_free(std::string_view name, std::string_view owner, UnixMillis now);
  // Does nothing when it is not the owner's.
  void release(std::string_view name, std::string_view owner);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::store
