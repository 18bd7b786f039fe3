#include "suites/probe/database_view.hpp"

#include "base/service_url.hpp"
#include "drivers/postgres/connection.hpp"
#include "drivers/sqlite/connection.hpp"

namespace bot::probe {
namespace {

#define BOT_SEATED "('reserved', 'starting', 'active')"

void look_at_seats(sql::Connection& connection, std::int64_t user_id, RowsSeen& seen) {
  const auto rows = connection.query(
      "SELECT users.id AS id, users.max_concurrent_bots AS seats, COUNT(*) AS live FROM meetings"
      " JOIN users ON users.id = meetings.user_id WHERE users.id = $1"
      " AND meetings.status IN " BOT_SEATED
      " GROUP BY users.id, users.max_concurrent_bots HAVING COUNT(*) > users.max_concurrent_bots",
      {user_id});
  for (const sql::Row row : rows) {
    seen.broken.push_back("user " + std::to_string(row.integer("id")) + " has " +
                          std::to_string(row.integer("live")) + " live bots and " +
                          std::to_string(row.integer("seats")) + " seats");
  }
}

void look_at_duplicates(sql::Connection& connection, std::int64_t user_id, RowsSeen& seen) {
  const auto rows = connection.query(
      "SELECT MIN(id) AS first, COUNT(*) AS live FROM meetings"
      " WHERE user_id = $1 AND status IN " BOT_SEATED
      " GROUP BY platform, native_meeting_id HAVING COUNT(*) > 1",
      {user_id});
  for (const sql::Row row : rows) {
    seen.broken.push_back(std::to_string(row.integer("live")) +
                          " live bots in the meeting of row " +
                          std::to_string(row.integer("first")));
  }
}

// Each statement selects the rows that break one invariant.
void look_at_rows(sql::Connection& connection, std::int64_t user_id, RowsSeen& seen) {
  struct Invariant {
    const char* statement;
    const char* sentence;
  };
  constexpr Invariant invariants[] = {
      {"SELECT id FROM meetings WHERE user_id = $1 AND status IN ('starting', 'active', 'stopping')"
       " AND NOT EXISTS (SELECT 1 FROM meeting_sessions"
       " WHERE meeting_sessions.meeting_id = meetings.id)",
       " is live and has no session"},
      {"SELECT id FROM meetings WHERE user_id = $1 AND status IN ('completed', 'failed')"
       " AND end_time IS NULL",
       " has ended and has no end time"},
      {"SELECT id FROM meetings WHERE user_id = $1 AND"
       " ((status = 'completed' AND completion_reason IS NULL)"
       " OR (status = 'failed' AND failure_reason IS NULL))",
       " has ended and has no reason"}};
  for (const auto& [statement, sentence] : invariants) {
    const auto rows = connection.query(statement, {user_id});
    for (const sql::Row row : rows)
      seen.broken.push_back("row " + std::to_string(row.integer("id")) + sentence);
  }
}

}  // namespace

std::unique_ptr<sql::Connection> open_database(const std::string& url) {
  constexpr std::string_view sqlite = "sqlite:";
  if (url.starts_with(sqlite)) {
    return std::make_unique<sql::SqliteConnection>(sql::SqliteOptions{
        .path = url.substr(sqlite.size()), .access = sql::SqliteOptions::Access::read_only});
  }
  if (const auto known = check_service_url(url, {"postgresql", "postgres"}); !known)
    throw Fault(known.error().message + " or sqlite:");
  return std::make_unique<sql::PostgresConnection>(
      sql::PostgresOptions{.url = url, .application_name = "botctl-probe"});
}

RowsSeen DatabaseView::rows_of(std::int64_t user_id) const {
  return probe::rows_of(*open_database(url_), user_id);
}

RowsSeen rows_of(sql::Connection& connection, std::int64_t user_id) {
  RowsSeen seen;
  const auto meetings =
      connection.query("SELECT COUNT(*) AS meetings FROM meetings WHERE user_id = $1", {user_id});
  seen.meetings = static_cast<std::size_t>(meetings[0].integer("meetings"));
  look_at_seats(connection, user_id, seen);
  look_at_duplicates(connection, user_id, seen);
  look_at_rows(connection, user_id, seen);
  return seen;
}

}  // namespace bot::probe
