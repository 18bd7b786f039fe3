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
  for (const sql::Row row : rows) ids.push_back(row.integer(std::size_t{0}));
  return ids;
}

}  // namespace bot::bots
