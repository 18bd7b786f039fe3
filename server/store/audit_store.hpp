#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/sql.hpp"
#include "server/store/rows.hpp"

namespace bot::store {

struct AuditFilter {
  std::optional<std::string> subject = {};
  std::optional<std::string> action = {};
  std::optional<std::int64_t> before = {};  // an id
  std::int64_t limit = 100;
};

// Who did what. Append-only but for its retention.
class AuditStore {
 public:
  explicit AuditStore(sql::Connection& connection) : connection_(connection) {}

  // `entry.id` is not used.
  void add(const AuditRow& entry);
  // Newest first.
  std::vector<AuditRow> list(const AuditFilter& filter);
  std::size_t purge_before(UnixMillis before, std::int64_t limit = 1000);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::store
