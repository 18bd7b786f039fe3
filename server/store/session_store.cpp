#include "server/store/session_store.hpp"

#include "server/store/session_columns.hpp"

namespace bot::store {

SessionRow read_session(RowReader& reader) {
  SessionRow session;
  session.id = reader.integer();
  session.meeting_id = reader.integer();
  session.session_uid = reader.text();
  session.callback_secret_sha256 = reader.text();
  session.container_id = reader.optional_text();
  session.runtime = reader.optional_text();
  session.runtime_handle = reader.optional_text();
  session.owner = reader.optional_text();
  session.place = reader.optional_text();
  session.verdict = reader.optional_text();
  session.verdict_at = reader.optional_integer();
  session.started_at = reader.integer();
  session.ended_at = reader.optional_integer();
  session.last_heartbeat_at = reader.optional_integer();
  session.exit_code = reader.optional_integer();
  return session;
}

void SessionStore::add(const NewSession& session, UnixMillis now) {
  connection_.defer(
      "INSERT INTO meeting_sessions (meeting_id, session_uid, callback_secret_sha256,"
      " container_id, runtime, started_at) VALUES ($1, $2, $3, $4, $5, $6)",
      {session.meeting_id,
       session.session_uid,
       session.callback_secret_sha256,
       session.container_id,
       session.runtime,
       now});
}

std::optional<SessionRow> SessionStore::find_by_uid(std::string_view session_uid) {
  return read_first(connection_.query("SELECT " BOT_SESSION_COLUMNS
                                      " FROM meeting_sessions WHERE session_uid = $1",
                                      {session_uid}),
                    read_session);
}

std::optional<SessionRow> SessionStore::find_by_secret(std::string_view callback_secret_sha256) {
  return read_first(connection_.query("SELECT " BOT_SESSION_COLUMNS
                                      " FROM meeting_sessions WHERE callback_secret_sha256 = $1",
                                      {callback_secret_sha256}),
                    read_session);
}

std::vector<SessionRow> SessionStore::of_meeting(std::int64_t meeting_id) {
  return read_all(connection_.query("SELECT " BOT_SESSION_COLUMNS
                                    " FROM meeting_sessions WHERE meeting_id = $1 ORDER BY id",
                                    {meeting_id}),
                  read_session);
}

bool SessionStore::set_handle(std::string_view session_uid,
                              std::string_view runtime,
                              std::string_view runtime_handle) {
  return connection_
             .query(
                 "UPDATE meeting_sessions SET runtime = $2, runtime_handle = $3"
                 " WHERE session_uid = $1",
                 {session_uid, runtime, runtime_handle})
             .changed() != 0;
}

bool SessionStore::set_container(std::string_view session_uid, std::string_view container_id) {
  return connection_
             .query("UPDATE meeting_sessions SET container_id = $2 WHERE session_uid = $1",
                    {session_uid, container_id})
             .changed() != 0;
}

void SessionStore::set_verdict(std::string_view session_uid,
                               const std::optional<std::string>& verdict,
                               UnixMillis now) {
  connection_.query(
      "UPDATE meeting_sessions SET verdict = $2, verdict_at = $3 WHERE session_uid = $1",
      {session_uid, verdict, now});
}

bool SessionStore::end(std::string_view session_uid,
                       std::optional<std::int64_t> exit_code,
                       UnixMillis now) {
  return connection_
             .query(
                 "UPDATE meeting_sessions SET ended_at = $3, exit_code = $2"
                 " WHERE session_uid = $1 AND ended_at IS NULL",
                 {session_uid, exit_code, now})
             .changed() != 0;
}

// The meeting first, then its session: as everybody else locks them.
bool SessionStore::heartbeat(std::string_view session_uid, UnixMillis now) {
  const auto meeting = connection_.query(
      "UPDATE meetings SET heartbeat_at ="
      " CASE WHEN heartbeat_at > $2 THEN heartbeat_at ELSE $2 END"
      " WHERE id = (SELECT meeting_id FROM meeting_sessions"
      " WHERE session_uid = $1 AND ended_at IS NULL)",
      {session_uid, now});
  if (meeting.changed() == 0) return false;
  return connection_
             .query(
                 "UPDATE meeting_sessions SET last_heartbeat_at ="
                 " CASE WHEN last_heartbeat_at > $2 THEN last_heartbeat_at ELSE $2 END"
                 " WHERE session_uid = $1 AND ended_at IS NULL",
                 {session_uid, now})
             .changed() != 0;
}

std::size_t SessionStore::heartbeats(std::span<const Heartbeat> heartbeats) {
  std::size_t there = 0;
  for (const auto& each : heartbeats) {
    if (heartbeat(each.session_uid, each.at)) ++there;
  }
  return there;
}

}  // namespace bot::store
