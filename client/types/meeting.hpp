#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/types/json.hpp"

namespace bot::types {

// One bot's stay in one meeting (contract §1.5). `platform` and `status` are kept as the server
// wrote them, so that values of a newer server are shown rather than refused.
struct Meeting {
  std::int64_t id = 0;
  std::int64_t user_id = 0;
  std::string platform;
  std::optional<std::string> native_meeting_id;
  std::optional<std::string> constructed_meeting_url;
  std::string status;
  std::optional<std::string> bot_container_id;
  std::optional<std::string> start_time;
  std::optional<std::string> end_time;
  Json data = Json::object();
  std::string created_at;
  std::string updated_at;

  bool operator==(const Meeting&) const = default;
};

void to_json(Json& json, const Meeting& meeting);
void from_json(const Json& json, Meeting& meeting);

// {"meetings":[…]}: GET /meetings, GET /bots, GET /admin/meetings.
struct MeetingList {
  std::vector<Meeting> meetings;

  bool operator==(const MeetingList&) const = default;
};

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

void to_json(Json& json, const RunningBot& bot);
void from_json(const Json& json, RunningBot& bot);

// GET /bots/status: {"running_bots":[…],"count":n}.
struct BotsStatus {
  std::vector<RunningBot> running_bots;

  bool operator==(const BotsStatus&) const = default;
};

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
