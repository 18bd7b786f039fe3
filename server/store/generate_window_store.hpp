#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"
#include "drivers/sql.hpp"

namespace bot::store {

// How often a token was used to ask for accounts since a moment.
struct GenerateWindow {
  UnixMillis begun = 0;
  std::int64_t requests = 0;

  bool operator==(const GenerateWindow&) const = default;
};

class GenerateWindowStore {
 public:
  explicit GenerateWindowStore(sql::Connection& connection) : connection_(connection) {}

  // An empty one of long ago when the token has none.
  GenerateWindow find(std::int64_t token_id);
  // In place of the token's last one; gone with the token.
  void put(std::int64_t token_id, const GenerateWindow& window);
  // At most `limit` of those begun before `before`; returns how many went.
  std::size_t purge_before(UnixMillis before, std::int64_t limit = 1000);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::store
