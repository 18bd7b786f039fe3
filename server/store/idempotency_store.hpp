#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "drivers/sql.hpp"
#include "server/store/rows.hpp"

namespace bot::store {

// Answers by Idempotency-Key. `scope` says whose key it is and for which operation.
class IdempotencyStore {
 public:
  explicit IdempotencyStore(sql::Connection& connection) : connection_(connection) {}

  std::optional<IdempotentAnswer> find(std::string_view scope, std::string_view key_sha256);
  // False, changing nothing, when the key is there already.
  bool put(std::string_view scope, std::string_view key_sha256, const IdempotentAnswer& answer);
  // At most `limit` of those created before `before`; returns how many went.
  std::size_t purge_before(UnixMillis before, std::int64_t limit = 1000);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::store
