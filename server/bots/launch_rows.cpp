#include "server/bots/launch_rows.hpp"

namespace bot::bots {

void record_launch(sql::Connection& connection,
                   std::string_view session_uid,
                   std::string_view runtime,
                   std::string_view handle,
                   UnixMillis now) {
  connection.query(
      "UPDATE meeting_sessions SET runtime = $2, runtime_handle = $3, started_at = $4"
      " WHERE session_uid = $1",
      {session_uid, runtime, handle, now});
}

void forget_launch(sql::Connection& connection, std::string_view session_uid) {
  connection.query("UPDATE meeting_sessions SET runtime_handle = NULL WHERE session_uid = $1",
                   {session_uid});
}

std::vector<LaunchedBot> launched_bots(sql::Connection& connection) {
  const auto rows = connection.query(
      "SELECT meetings.id, meeting_sessions.session_uid, meeting_sessions.runtime,"
      " meeting_sessions.runtime_handle FROM meetings"
      " JOIN meeting_sessions ON meeting_sessions.meeting_id = meetings.id"
      " WHERE meetings.status IN ('reserved', 'starting', 'active', 'stopping')"
      " AND meeting_sessions.runtime_handle IS NOT NULL AND meeting_sessions.ended_at IS NULL"
      " ORDER BY meetings.id");
  std::vector<LaunchedBot> bots;
  bots.reserve(rows.size());
  for (const sql::Row row : rows) {
    bots.push_back({row.integer(std::size_t{0}),
                    row.text(std::size_t{1}),
                    row.optional_text(std::size_t{2}).value_or(""),
                    row.text(std::size_t{3})});
  }
  return bots;
}

bool launch_is_queued(sql::Connection& connection, std::int64_t meeting_id) {
  const auto rows = connection.query(
      "SELECT id FROM queue_items WHERE lane = 'bot.launch' AND unique_key = $1"
      " AND status IN ('ready', 'leased')",
      {"meeting:" + std::to_string(meeting_id)});
  return !rows.empty();
}

std::vector<std::int64_t> stale_reservations(sql::Connection& connection, UnixMillis before) {
  // The state is spelled as in the partial index, or the engines would not use it.
  const auto rows = connection.query(
      "SELECT meetings.id FROM meetings"
      " JOIN meeting_sessions ON meeting_sessions.meeting_id = meetings.id"
      " WHERE meetings.status = 'reserved'"
      " AND meetings.status IN ('reserved', 'starting', 'active', 'stopping')"
      " AND meetings.state_since_ms < $1 AND meeting_sessions.started_at < $1"
      " AND NOT EXISTS (SELECT 1 FROM queue_items WHERE queue_items.lane = 'bot.launch'"
      " AND queue_items.unique_key = 'meeting:' || meetings.id"
      " AND queue_items.status IN ('ready', 'leased') AND queue_items.run_at >= $1)"
      " ORDER BY meetings.id",
      {before});
  std::vector<std::int64_t> ids;
  ids.reserve(rows.size());
  for (const sql::Row row : rows)
    ids.push_back(row.integer(std::size_t{0}));
  return ids;
}

}  // namespace bot::bots
