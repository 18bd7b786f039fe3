#include "server/store/migrations.hpp"

#include <algorithm>
#include <string>

#include "base/text.hpp"

namespace bot::store {
namespace {

std::int64_t latest_version() {
  return static_cast<std::int64_t>(migrations().size());
}

bool has_table(sql::Connection& connection, std::string_view name) {
  const auto tables = connection.query(connection.dialect().tables);
  return std::any_of(tables.begin(), tables.end(), [name](const sql::Row& row) {
    return row.text("name") == name;
  });
}

std::int64_t stored_version(sql::Connection& connection) {
  if (!has_table(connection, "schema_version")) {
    if (has_table(connection, "users") || has_table(connection, "meetings"))
      throw sql::Fault(
          "the database holds tables of another program: users or meetings are there, but no"
          " schema_version");
    return 0;
  }
  const auto rows = connection.query("SELECT COALESCE(MAX(version), 0) AS v FROM schema_version");
  return rows[0].integer("v");
}

void refuse_the_future(std::int64_t current) {
  if (current <= latest_version()) return;
  throw sql::Fault("the database has schema version " + std::to_string(current) +
                   " and this program knows versions up to " + std::to_string(latest_version()) +
                   ": it was written by a newer botd");
}

void run_step(sql::Connection& connection, std::int64_t version, UnixMillis now) {
  const auto& step = migrations()[static_cast<std::size_t>(version - 1)];
  sql::Transaction transaction(connection);
  // Another process may have been faster.
  if (stored_version(connection) >= version) return;
  for (const auto statement : step.statements)
    connection.query(
        replace_all(std::string(statement), "{identity}", connection.dialect().identity_column));
  connection.query("INSERT INTO schema_version (version, name, applied_at) VALUES ($1, $2, $3)",
                   {version, step.name, now});
  transaction.commit();
}

}  // namespace

MigrationStatus migration_status_of(sql::Connection& connection) {
  MigrationStatus status;
  status.current = stored_version(connection);
  status.latest = latest_version();
  for (auto next = status.current; next < status.latest; ++next)
    status.pending.emplace_back(migrations()[static_cast<std::size_t>(next)].name);
  return status;
}

void migrate(sql::Connection& connection, UnixMillis now) {
  const auto current = stored_version(connection);
  refuse_the_future(current);
  if (current == latest_version()) return;
  connection.query(
      "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY,"
      " name TEXT NOT NULL, applied_at BIGINT NOT NULL)");
  for (auto version = current + 1; version <= latest_version(); ++version)
    run_step(connection, version, now);
}

}  // namespace bot::store
