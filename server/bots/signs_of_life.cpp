#include "server/bots/signs_of_life.hpp"

#include "server/store/meeting_conditions.hpp"

namespace bot::bots {

bool has_signs_after(sql::Connection& connection, UnixMillis latest) {
  const auto rows = connection.query("SELECT id FROM meetings WHERE " BOT_IS_LIVE
                                     " AND (state_since_ms > $1 OR heartbeat_at > $1) LIMIT 1",
                                     {latest});
  if (!rows.empty()) return true;
  const auto launches = connection.query(
      "SELECT id FROM meeting_sessions WHERE started_at > $1 AND meeting_id IN"
      " (SELECT id FROM meetings WHERE status = 'reserved' AND " BOT_IS_LIVE ") LIMIT 1",
      {latest});
  return !launches.empty();
}

void pull_back_signs(sql::Connection& connection, UnixMillis latest, UnixMillis now) {
  connection.query("UPDATE meetings SET state_since_ms = $2 WHERE " BOT_IS_LIVE
                   " AND state_since_ms > $1",
                   {latest, now});
  connection.query("UPDATE meetings SET heartbeat_at = $2 WHERE " BOT_IS_LIVE
                   " AND heartbeat_at > $1",
                   {latest, now});
  connection.query(
      "UPDATE meeting_sessions SET last_heartbeat_at = $2 WHERE last_heartbeat_at > $1"
      " AND meeting_id IN (SELECT id FROM meetings WHERE " BOT_IS_LIVE ")",
      {latest, now});
  // Of a bot that has spoken the start is left alone: the times of what was said count from it.
  connection.query(
      "UPDATE meeting_sessions SET started_at = $2 WHERE started_at > $1 AND meeting_id IN"
      " (SELECT id FROM meetings WHERE status = 'reserved' AND " BOT_IS_LIVE ")",
      {latest, now});
}

}  // namespace bot::bots
