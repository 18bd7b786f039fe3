#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/sql.hpp"
#include "server/store/rows.hpp"

namespace bot::store {

// Who did what. Append-only but for its retention.
class AuditStore {
 public:
  explicit AuditStore(sql::Connection& connection) : connection_(connection) {}

  // `entry.id` is not used.
  void add(const AuditRow& entry);
  // Newest first.
  std::vector<AuditRow> list(std::int64_t limit, std::int64_t offset = 0);
  std::vector<AuditRow> of_subject(std::string_view subject, std::int64_t limit);
  std::size_t purge_before(UnixMillis before, std::int64_t limit = 1000);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::store
