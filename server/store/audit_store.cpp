#include "server/store/audit_store.hpp"

#include <limits>

#include "server/store/row_reader.hpp"

namespace bot::store {
namespace {

AuditRow read_entry(RowReader& reader) {
  AuditRow entry;
  entry.id = reader.integer();
  entry.at = reader.integer();
  entry.actor = reader.text();
  entry.action = reader.text();
  entry.subject = reader.text();
  entry.request_id = reader.text();
  entry.detail = reader.text();
  return entry;
}

}  // namespace

void AuditStore::add(const AuditRow& entry) {
  connection_.query(
      "INSERT INTO audit_log (at, actor, action, subject, request_id, detail)"
      " VALUES ($1, $2, $3, $4, $5, $6)",
      {entry.at, entry.actor, entry.action, entry.subject, entry.request_id, entry.detail});
}

std::vector<AuditRow> AuditStore::list(const AuditFilter& filter) {
  std::string statement =
      "SELECT id, at, actor, action, subject, request_id, detail FROM audit_log WHERE id < $1";
  std::vector<sql::Value> values{filter.before.value_or(std::numeric_limits<std::int64_t>::max())};
  const auto only = [&](std::string_view column, const std::optional<std::string>& value) {
    if (!value) return;
    values.emplace_back(*value);
    statement.append(" AND ").append(column).append(" = $").append(std::to_string(values.size()));
  };
  only("subject", filter.subject);
  only("action", filter.action);
  values.emplace_back(filter.limit);
  statement.append(" ORDER BY id DESC LIMIT $").append(std::to_string(values.size()));
  return read_all(connection_.query(statement, values), read_entry);
}

std::size_t AuditStore::purge_before(UnixMillis before, std::int64_t limit) {
  return connection_
      .query(
          "DELETE FROM audit_log WHERE id IN"
          " (SELECT id FROM audit_log WHERE at < $1 ORDER BY at LIMIT $2)",
          {before, limit})
      .changed();
}

}  // namespace bot::store
