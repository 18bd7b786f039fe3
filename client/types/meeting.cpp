#include "client/types/meeting.hpp"

namespace bot::types {

void to_json(Json& json, const Meeting& meeting) {
  json = object_of(meeting);
}

void from_json(const Json& json, Meeting& meeting) {
  read(json, "id", meeting.id);
  read_if_there(json, "user_id", meeting.user_id);
  read(json, "platform", meeting.platform);
  read(json, "native_meeting_id", meeting.native_meeting_id);
  read(json, "constructed_meeting_url", meeting.constructed_meeting_url);
  read(json, "status", meeting.status);
  read(json, "bot_container_id", meeting.bot_container_id);
  read(json, "start_time", meeting.start_time);
  read(json, "end_time", meeting.end_time);
  read_if_there(json, "data", meeting.data);
  read_if_there(json, "created_at", meeting.created_at);
  read_if_there(json, "updated_at", meeting.updated_at);
}

void to_json(Json& json, const MeetingList& list) {
  json = object_of(list);
}

void from_json(const Json& json, MeetingList& list) {
  read(json, "meetings", list.meetings);
}

void to_json(Json& json, const RunningBot& bot) {
  json = object_of(bot);
}

namespace {

// HEAD's item is a meeting: only that has an id of its own.
void read_row(const Json& row, RunningBot& bot) {
  read(row, "id", bot.meeting_id);
  read(row, "status", bot.meeting_status);
  read(row, "bot_container_id", bot.container_id);
}

}  // namespace

void from_json(const Json& json, RunningBot& bot) {
  read(json, "container_id", bot.container_id);
  read(json, "container_name", bot.container_name);
  read(json, "platform", bot.platform);
  read(json, "native_meeting_id", bot.native_meeting_id);
  read(json, "status", bot.status);
  read(json, "normalized_status", bot.normalized_status);
  read(json, "created_at", bot.created_at);
  read_if_there(json, "labels", bot.labels);
  read(json, "meeting_id_from_name", bot.meeting_id_from_name);
  read(json, "meeting_id", bot.meeting_id);
  read(json, "meeting_status", bot.meeting_status);
  read(json, "session_uid", bot.session_uid);
  read(json, "last_heartbeat_at", bot.last_heartbeat_at);
  if (!bot.meeting_id && json.contains("id")) read_row(json, bot);
}

void to_json(Json& json, const BotsStatus& status) {
  json = object_of(status);
}

void from_json(const Json& json, BotsStatus& status) {
  read(json, "running_bots", status.running_bots);
}

void to_json(Json& json, const Session& session) {
  json = Json{{"session_uid", session.session_uid},
              {"container_id", nullable(session.container_id)},
              {"started_at", session.started_at},
              {"ended_at", nullable(session.ended_at)},
              {"last_heartbeat_at", nullable(session.last_heartbeat_at)}};
}

void from_json(const Json& json, Session& session) {
  read(json, "session_uid", session.session_uid);
  read(json, "container_id", session.container_id);
  read(json, "started_at", session.started_at);
  read(json, "ended_at", session.ended_at);
  read(json, "last_heartbeat_at", session.last_heartbeat_at);
}

void to_json(Json& json, const Transition& transition) {
  json = Json{{"from", nullable(transition.from)},
              {"to", transition.to},
              {"at", transition.at},
              {"source", transition.source},
              {"reason", nullable(transition.reason)}};
}

void from_json(const Json& json, Transition& transition) {
  read(json, "from", transition.from);
  read(json, "to", transition.to);
  read(json, "at", transition.at);
  read_if_there(json, "source", transition.source);
  read(json, "reason", transition.reason);
}

void to_json(Json& json, const Timeline& timeline) {
  json = Json{{"meeting_id", timeline.meeting_id},
              {"status", timeline.status},
              {"sessions", timeline.sessions},
              {"transitions", timeline.transitions}};
}

void from_json(const Json& json, Timeline& timeline) {
  read(json, "meeting_id", timeline.meeting_id);
  read(json, "status", timeline.status);
  read(json, "sessions", timeline.sessions);
  read(json, "transitions", timeline.transitions);
}

}  // namespace bot::types
