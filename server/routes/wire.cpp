#include "server/routes/wire.hpp"

#include "base/time_format.hpp"
#include "server/routes/stored_json.hpp"

namespace bot::routes {
namespace {

using types::Json;

std::optional<std::string> time_or_null(std::optional<UnixMillis> time) {
  if (!time) return std::nullopt;
  return format_time(*time);
}

// What is stored was written by us; should it ever be damaged, the answer shows an empty object.
Json stored_object(const std::string& text) {
  auto parsed = Json::parse(text, nullptr, false);
  return parsed.is_object() ? parsed : Json::object();
}

std::string uptime_text(UnixMillis since, UnixMillis now) {
  const auto seconds = std::max<UnixMillis>(0, now - since) / 1000;
  const auto counted = [](UnixMillis n, const std::string& unit) {
    return std::to_string(n) + " " + unit + (n == 1 ? "" : "s");
  };
  if (seconds < 60) return counted(seconds, "second");
  if (seconds < 3600) return counted(seconds / 60, "minute");
  if (seconds < std::int64_t{48} * 3600) return counted(seconds / 3600, "hour");
  return counted(seconds / 86'400, "day");
}

template <typename Data, typename Time>
types::BasicMeeting<Data, Time> meeting_of(store::MeetingRow row,
                                           Data data,
                                           Time (*time)(UnixMillis)) {
  const auto optional_time = [time](std::optional<UnixMillis> at) {
    return at ? std::optional<Time>(time(*at)) : std::nullopt;
  };
  return {.id = row.id,
          .user_id = row.user_id,
          .platform = std::move(row.platform),
          .native_meeting_id = std::move(row.native_meeting_id),
          .constructed_meeting_url = std::move(row.constructed_meeting_url),
          .status = std::string(domain::to_string(row.status)),
          .bot_container_id = std::move(row.bot_container_id),
          .start_time = optional_time(row.start_time),
          .end_time = optional_time(row.end_time),
          .data = std::move(data),
          .created_at = time(row.created_at),
          .updated_at = time(row.updated_at)};
}

TimeText time_text(UnixMillis time) {
  return TimeText(time);
}

// The words of the S1 status list (contract §1.5).
std::string normalized(domain::MeetingState state) {
  switch (state) {
    case domain::MeetingState::reserved:
      return "Requested";
    case domain::MeetingState::starting:
      return "Starting";
    case domain::MeetingState::active:
      return "Up";
    case domain::MeetingState::stopping:
      return "Stopping";
    case domain::MeetingState::completed:
      return "Exited";
    case domain::MeetingState::failed:
      return "Failed";
  }
  return "Failed";
}

}  // namespace

types::User to_wire(const store::UserRow& row) {
  return {.id = row.id,
          .email = row.email,
          .name = row.name,
          .image_url = row.image_url,
          .max_concurrent_bots = row.max_concurrent_bots,
          .data = stored_object(row.data),
          .created_at = format_time(row.created_at)};
}

types::Token to_wire(const store::TokenRow& row, std::optional<std::string> secret) {
  return {.id = row.id,
          .user_id = row.user_id,
          .token = std::move(secret),
          .name = row.name,
          .created_at = format_time(row.created_at),
          .expires_at = time_or_null(row.expires_at),
          .last_used_at = time_or_null(row.last_used_at)};
}

types::Meeting to_wire(const store::MeetingRow& row) {
  return meeting_of(row, stored_object(row.data), format_time);
}

StoredMeetings to_wire(std::vector<store::MeetingRow> rows) {
  StoredMeetings list;
  list.meetings.reserve(rows.size());
  for (auto& row : rows) {
    auto data = stored_text(std::move(row.data));
    list.meetings.push_back(meeting_of(std::move(row), std::move(data), time_text));
  }
  return list;
}

types::RunningBot running_bot(const store::MeetingAndSession& live, UnixMillis now) {
  const auto& meeting = live.meeting;
  types::RunningBot bot{
      .container_id = meeting.bot_container_id,
      .container_name = meeting.bot_container_id,
      .platform = meeting.platform,
      .native_meeting_id = meeting.native_meeting_id,
      .status = normalized(meeting.status) + " " + uptime_text(meeting.state_since, now),
      .normalized_status = normalized(meeting.status),
      .created_at = format_time(meeting.created_at),
      .labels = Json{{"vexa.user_id", std::to_string(meeting.user_id)}},
      .meeting_id_from_name = std::to_string(meeting.id),
      .meeting_id = meeting.id,
      .meeting_status = std::string(domain::to_string(meeting.status)),
      .session_uid = std::nullopt,
      .last_heartbeat_at = time_or_null(meeting.heartbeat_at)};
  if (live.session) bot.session_uid = live.session->session_uid;
  return bot;
}

types::Session to_wire(const store::SessionRow& row) {
  return {.session_uid = row.session_uid,
          .container_id = row.container_id,
          .started_at = format_time(row.started_at),
          .ended_at = time_or_null(row.ended_at),
          .last_heartbeat_at = time_or_null(row.last_heartbeat_at)};
}

types::Timeline timeline(const store::MeetingRow& meeting,
                         const std::vector<store::SessionRow>& sessions) {
  types::Timeline line{.meeting_id = meeting.id,
                       .status = std::string(domain::to_string(meeting.status)),
                       .sessions = {},
                       .transitions = {}};
  for (const auto& session : sessions)
    line.sessions.push_back(to_wire(session));
  const auto data = stored_object(meeting.data);
  const auto changes = data.find("status_transition");
  if (changes == data.end() || !changes->is_array()) return line;
  for (const auto& change : *changes) {
    types::Transition transition;
    types::read(change, "from", transition.from);
    types::read_if_there(change, "to", transition.to);
    types::read_if_there(change, "timestamp", transition.at);
    types::read_if_there(change, "source", transition.source);
    types::read(change, "reason", transition.reason);
    line.transitions.push_back(std::move(transition));
  }
  return line;
}

types::Transcript transcript(const store::MeetingRow& meeting,
                             const std::vector<store::SegmentRow>& segments) {
  types::Transcript transcript{.id = meeting.id,
                               .platform = meeting.platform,
                               .native_meeting_id = meeting.native_meeting_id,
                               .constructed_meeting_url = meeting.constructed_meeting_url,
                               .status = std::string(domain::to_string(meeting.status)),
                               .start_time = time_or_null(meeting.start_time),
                               .end_time = time_or_null(meeting.end_time),
                               .segments = {}};
  for (const auto& row : segments) {
    const auto absolute = [&](double seconds) -> std::optional<std::string> {
      if (!row.session_started_at) return std::nullopt;
      return format_time(*row.session_started_at + static_cast<UnixMillis>(seconds * 1000));
    };
    transcript.segments.push_back({.start = row.start_s,
                                   .end = row.end_s,
                                   .text = row.text,
                                   .language = row.language,
                                   .created_at = format_time(row.created_at),
                                   .speaker = row.speaker,
                                   .absolute_start_time = absolute(row.start_s),
                                   .absolute_end_time = absolute(row.end_s)});
  }
  return transcript;
}

types::BotCommand to_wire(const store::CommandRow& row) {
  return {.id = row.id,
          .meeting_id = row.meeting_id,
          .session_uid = row.session_uid,
          .action = row.action,
          .payload = stored_object(row.payload),
          .status = row.status,
          .created_at = format_time(row.created_at),
          .delivered_at = time_or_null(row.delivered_at),
          .acknowledged_at = time_or_null(row.acknowledged_at),
          .result = row.result ? Json::parse(*row.result, nullptr, false) : Json(nullptr)};
}

types::Delivery to_wire(const store::DeliveryRow& row) {
  return {.id = row.id,
          .event_id = row.event_id,
          .event_type = row.event_type,
          .url = row.url,
          .status = row.status,
          .attempts = row.attempts,
          .response_status = row.response_status,
          .last_error = row.last_error,
          .created_at = format_time(row.created_at),
          .delivered_at = time_or_null(row.delivered_at)};
}

}  // namespace bot::routes
