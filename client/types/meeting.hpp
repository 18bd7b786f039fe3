#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/types/json.hpp"
#include "client/types/text.hpp"

namespace bot::types {

// One bot's stay in one meeting (contract §1.5). `platform` and `status` are kept as the server
// wrote them, so that values of a newer server are shown rather than refused. `Data` is Json, or
// RawJson where it is only passed on; `Time` whatever reads as a text.
template <typename Data, typename Time = std::string>
struct BasicMeeting {
  std::int64_t id = 0;
  std::int64_t user_id = 0;
  std::string platform;
  std::optional<std::string> native_meeting_id;
  std::optional<std::string> constructed_meeting_url;
  std::string status;
  std::optional<std::string> bot_container_id;
  std::optional<Time> start_time;
  std::optional<Time> end_time;
  Data data = Data::object();
  Time created_at;
  Time updated_at;

  bool operator==(const BasicMeeting&) const = default;
};

using Meeting = BasicMeeting<Json>;

template <typename Data, typename Time, typename Take>
void for_each_field(const BasicMeeting<Data, Time>& meeting, Take&& take) {
  take("id", meeting.id);
  take("user_id", meeting.user_id);
  take("platform", meeting.platform);
  take("native_meeting_id", meeting.native_meeting_id);
  take("constructed_meeting_url", meeting.constructed_meeting_url);
  take("status", meeting.status);
  take("bot_container_id", meeting.bot_container_id);
  take("start_time", meeting.start_time);
  take("end_time", meeting.end_time);
  take("data", meeting.data);
  take("created_at", meeting.created_at);
  take("updated_at", meeting.updated_at);
}

void to_json(Json& json, const Meeting& meeting);
void from_json(const Json& json, Meeting& meeting);

// {"meetings":[…]}: GET /meetings, GET /bots, GET /admin/meetings.
template <typename Data, typename Time = std::string>
struct BasicMeetingList {
  std::vector<BasicMeeting<Data, Time>> meetings;

  bool operator==(const BasicMeetingList&) const = default;
};

using MeetingList = BasicMeetingList<Json>;

template <typename Data, typename Time, typename Take>
void for_each_field(const BasicMeetingList<Data, Time>& list, Take&& take) {
  take("meetings", list.meetings);
}

void to_json(Json& json, const MeetingList& list);
void from_json(const Json& json, MeetingList& list);

// One live bot: an item of GET /bots/status. The fields of S1, plus ours (meeting_id,
// meeting_status, session_uid, last_heartbeat_at) which older servers do not send.
struct RunningBot {
  std::optional<std::string> container_id;
  std::optional<std::string> container_name;
  std::optional<std::string> platform;
  std::optional<std::string> native_meeting_id;
  std::optional<std::string> status;             // text for people, e.g. "Up 3 minutes"
  std::optional<std::string> normalized_status;  // Requested, Starting, Up, Stopping
  std::optional<std::string> created_at;
  Json labels = Json::object();
  std::optional<std::string> meeting_id_from_name;
  std::optional<std::int64_t> meeting_id;
  std::optional<std::string> meeting_status;
  std::optional<std::string> session_uid;
  std::optional<std::string> last_heartbeat_at;

  bool operator==(const RunningBot&) const = default;
};

template <typename Take>
void for_each_field(const RunningBot& bot, Take&& take) {
  take("container_id", bot.container_id);
  take("container_name", bot.container_name);
  take("platform", bot.platform);
  take("native_meeting_id", bot.native_meeting_id);
  take("status", bot.status);
  take("normalized_status", bot.normalized_status);
  take("created_at", bot.created_at);
  take("labels", bot.labels);
  take("meeting_id_from_name", bot.meeting_id_from_name);
  take("meeting_id", bot.meeting_id);
  take("meeting_status", bot.meeting_status);
  take("session_uid", bot.session_uid);
  take("last_heartbeat_at", bot.last_heartbeat_at);
}

void to_json(Json& json, const RunningBot& bot);
void from_json(const Json& json, RunningBot& bot);

// GET /bots/status: {"running_bots":[…],"count":n}.
struct BotsStatus {
  std::vector<RunningBot> running_bots;

  bool operator==(const BotsStatus&) const = default;
};

template <typename Take>
void for_each_field(const BotsStatus& status, Take&& take) {
  take("running_bots", status.running_bots);
  take("count", status.running_bots.size());
}

void to_json(Json& json, const BotsStatus& status);
void from_json(const Json& json, BotsStatus& status);

// A session of a bot process in a meeting, and one change of its state.
struct Session {
  std::string session_uid;
  std::optional<std::string> container_id;
  std::string started_at;
  std::optional<std::string> ended_at;
  std::optional<std::string> last_heartbeat_at;

  bool operator==(const Session&) const = default;
};

struct Transition {
  std::optional<std::string> from;  // null for the first
  std::string to;
  std::string at;
  std::string source;  // user, bot, cleanup, runtime, launch
  std::optional<std::string> reason;

  bool operator==(const Transition&) const = default;
};

// GET /meetings/{id}/timeline.
struct Timeline {
  std::int64_t meeting_id = 0;
  std::string status;
  std::vector<Session> sessions;
  std::vector<Transition> transitions;

  bool operator==(const Timeline&) const = default;
};

void to_json(Json& json, const Session& session);
void from_json(const Json& json, Session& session);
void to_json(Json& json, const Transition& transition);
void from_json(const Json& json, Transition& transition);
void to_json(Json& json, const Timeline& timeline);
void from_json(const Json& json, Timeline& timeline);

}  // namespace bot::types
