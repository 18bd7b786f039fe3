// The columns of a session as SessionStore and MeetingStore select them.
#pragma once

#include "server/store/row_reader.hpp"
#include "server/store/rows.hpp"

namespace bot::store {

#define BOT_SESSION_COLUMNS                                                             \
  "meeting_sessions.id, meeting_sessions.meeting_id, meeting_sessions.session_uid,"     \
  " meeting_sessions.callback_secret_sha256, meeting_sessions.container_id,"            \
  " meeting_sessions.runtime, meeting_sessions.runtime_handle, meeting_sessions.owner," \
  " meeting_sessions.place, meeting_sessions.verdict, meeting_sessions.verdict_at,"     \
  " meeting_sessions.started_at,"                                                       \
  " meeting_sessions.ended_at, meeting_sessions.last_heartbeat_at, meeting_sessions.exit_code"

SessionRow read_session(RowReader& reader);

}  // namespace bot::store
