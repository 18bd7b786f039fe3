#include "server/store/audit_store.hpp"

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

std::vector<AuditRow> AuditStore::list(std::int64_t limit, std::int64_t offset) {
  return read_all(
      connection_.query("SELECT id, at, actor, action, subject, request_id, detail FROM audit_log"
                        " ORDER BY id DESC LIMIT $1 OFFSET $2",
                        {limit, offset}),
      read_entry);
}

std::vector<AuditRow> AuditStore::of_subject(std::string_view subject, std::int64_t limit) {
  return read_all(
      connection_.query("SELECT id, at, actor, action, subject, request_id, detail FROM audit_log"
                        " WHERE subject = $1 ORDER BY id DESC LIMIT $2",
                        {subject, limit}),
      read_entry);
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
