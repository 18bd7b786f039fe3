#include "server/bots/meeting_change.hpp"

#include <utility>

#include "client/types/json.hpp"
#include "server/commands/outbox.hpp"
#include "server/queue/queue.hpp"
#include "server/store/command_store.hpp"
#include "server/store/session_store.hpp"

namespace bot::bots {

using domain::MeetingState;

std::string stop_lane_at(std::string_view place) {
  if (place.empty()) return std::string(stop_lane);
  return std::string(stop_lane) + "@" + std::string(place);
}

MeetingChange::MeetingChange(sql::Connection& connection,
                             const LifecycleOptions& options,
                             UnixMillis now,
                             AfterCommit& after)
    : connection_(connection), options_(options), now_(now), after_(after) {}

void MeetingChange::announce(const store::MeetingRow& meeting) {
  after_.events.emplace_back(
      events::StatusChanged{meeting.id,
                            meeting.user_id,
                            meeting.platform,
                            meeting.native_meeting_id.value_or(""),
                            std::string(domain::to_string(meeting.status)),
                            meeting.status == MeetingState::starting ? phase_of(meeting) : "",
                            now_});
}

void MeetingChange::begun(const store::MeetingRow& meeting) {
  after_.changes.push_back({meeting.id,
                            {"",
                             std::string(domain::to_string(meeting.status)),
                             std::string(domain::to_string(domain::ChangeSource::user)),
                             std::nullopt,
                             now_,
                             after_.request_id}});
  announce(meeting);
}

bool MeetingChange::move(store::MeetingRow& meeting,
                         MeetingState to,
                         const store::TransitionFields& fields) {
  store::MeetingStore meetings(connection_);
  const MeetingState from = meeting.status;
  if (!meetings.transition(meeting.id, from, to, fields, now_)) return false;
  auto row = meetings.find(meeting.id);
  if (!row) return false;
  meeting = *std::move(row);
  const events::StateChange change{std::string(domain::to_string(from)),
                                   std::string(domain::to_string(to)),
                                   std::string(domain::to_string(fields.source)),
                                   fields.reason,
                                   now_,
                                   after_.request_id};
  after_.changes.push_back({meeting.id, change});
  if (options_.on_change) {
    const auto lanes = options_.on_change(connection_, meeting, change);
    after_.lanes.insert(after_.lanes.end(), lanes.begin(), lanes.end());
  }
  announce(meeting);
  return true;
}

bool MeetingChange::end(store::MeetingRow& meeting,
                        const std::string& session_uid,
                        const Ending& ending) {
  const MeetingState from = meeting.status;
  types::Json data{{"phase", nullptr}};
  if (ending.failure_stage) data["failure_stage"] = *ending.failure_stage;
  if (!ending.error_details.is_null()) data["error_details"] = ending.error_details;

  store::TransitionFields fields;
  fields.source = ending.source;
  fields.reason = ending.reason;
  fields.end_time = now_;
  fields.data = types::dump(data);
  if (ending.to == MeetingState::completed) fields.completion_reason = ending.reason;
  if (ending.to == MeetingState::failed) fields.failure_reason = ending.reason;
  if (!move(meeting, ending.to, fields)) return false;

  if (!session_uid.empty()) {
    store::SessionStore(connection_).end(session_uid, ending.exit_code, now_);
    after_.sessions_to_close.push_back(session_uid);
    after_.commands_expired +=
        static_cast<std::size_t>(store::CommandStore(connection_).count_open(session_uid));
    if (from == MeetingState::stopping) withdraw_end(meeting, session_uid);
  }
  enqueue(finish_lane, meeting, now_, 5);
  return true;
}

bool MeetingChange::end_stopped(store::MeetingRow& meeting,
                                const std::string& session_uid,
                                domain::ChangeSource source,
                                std::optional<std::int64_t> exit_code,
                                const std::string& reason) {
  if (meeting.status == MeetingState::reserved || meeting.status == MeetingState::starting) {
    store::TransitionFields fields;
    fields.source = source;
    fields.stop_requested = true;
    if (!move(meeting, MeetingState::stopping, fields)) return false;
  }
  return end(
      meeting,
      session_uid,
      {.to = MeetingState::completed, .source = source, .reason = reason, .exit_code = exit_code});
}

void MeetingChange::set_phase(store::MeetingRow& meeting, const std::string& phase) {
  store::MeetingStore meetings(connection_);
  meetings.merge_data(meeting.id, types::dump(types::Json{{"phase", phase}}), now_);
  if (auto row = meetings.find(meeting.id)) meeting = *std::move(row);
  announce(meeting);
}

std::int64_t MeetingChange::command(const store::MeetingRow& meeting,
                                    const std::string& session_uid,
                                    const std::string& action,
                                    const types::Json& payload) {
  const auto row = store::CommandStore(connection_)
                       .add({meeting.id, session_uid, action, types::dump(payload)}, now_);
  ++after_.commands_sent;
  after_.sessions_to_wake.push_back(session_uid);
  if (options_.publish_commands) {
    commands::enqueue_publication(connection_, session_uid, now_);
    after_.lanes.emplace_back(commands::publish_lane);
  }
  return row.id;
}

void MeetingChange::enqueue(std::string_view lane,
                            const store::MeetingRow& meeting,
                            UnixMillis run_at,
                            std::int64_t max_attempts) {
  add(lane, meeting.id, types::Json{{"meeting_id", meeting.id}}, run_at, max_attempts);
}

void MeetingChange::enqueue_end(const store::MeetingRow& meeting,
                                const store::SessionRow& session,
                                UnixMillis run_at) {
  types::Json payload{{"meeting_id", meeting.id}};
  types::write_if_set(payload, "handle", session.runtime_handle);
  constexpr std::int64_t max_attempts = 20;
  add(stop_lane_of(session), meeting.id, std::move(payload), run_at, max_attempts);
}

// Nobody may be left at the place to find that it has nothing to do.
void MeetingChange::withdraw_end(const store::MeetingRow& meeting, const std::string& session_uid) {
  const auto session = store::SessionStore(connection_).find_by_uid(session_uid);
  if (!session) return;
  queue::withdraw(
      connection_, stop_lane_of(*session), "meeting:" + std::to_string(meeting.id), now_);
}

// A server that is the only one sees to every place.
std::string MeetingChange::stop_lane_of(const store::SessionRow& session) const {
  return stop_lane_at(options_.keeper.place.empty() ? "" : session.place.value_or(""));
}

void MeetingChange::add(std::string_view lane,
                        std::int64_t meeting_id,
                        types::Json payload,
                        UnixMillis run_at,
                        std::int64_t max_attempts) {
  queue::NewItem item;
  item.lane = lane;
  item.kind = lane;
  if (!after_.request_id.empty()) payload["request_id"] = after_.request_id;
  item.payload = types::dump(payload);
  item.run_at = run_at;
  item.max_attempts = max_attempts;
  item.unique_key = "meeting:" + std::to_string(meeting_id);
  queue::enqueue_later(connection_, item, now_);
  if (run_at <= now_) {
    after_.lanes.emplace_back(lane);
  } else {
    after_.lanes_later.emplace_back(lane, run_at);
  }
}

std::string phase_of(const store::MeetingRow& meeting) {
  const auto data = types::Json::parse(meeting.data, nullptr, false);
  if (!data.is_object()) return "";
  const auto phase = data.find("phase");
  return phase != data.end() && phase->is_string() ? phase->get<std::string>() : "";
}

std::string stage_of(const store::MeetingRow& meeting) {
  switch (meeting.status) {
    case MeetingState::reserved:
      return "requested";
    case MeetingState::starting:
      return phase_of(meeting) == "awaiting_admission" ? "awaiting_admission" : "joining";
    case MeetingState::active:
    case MeetingState::stopping:
    case MeetingState::completed:
    case MeetingState::failed:
      return "active";
  }
  return "active";
}

Error refused_change(MeetingState from, MeetingState to) {
  const std::string from_name(domain::to_string(from));
  const std::string to_name(domain::to_string(to));
  const std::string sentence = "a meeting that is " + from_name + " cannot become " + to_name;
  return Error{
      .code = Errc::conflict,
      .message = sentence,
      .detail_json = types::dump(types::Json{
          {"status", "error"}, {"detail", sentence}, {"from", from_name}, {"to", to_name}})};
}

std::optional<std::int64_t> meeting_id_of(const queue::Item& item) {
  const auto payload = types::Json::parse(item.payload, nullptr, false);
  if (!payload.is_object()) return std::nullopt;
  const auto id = payload.find("meeting_id");
  if (id == payload.end() || !id->is_number_integer()) return std::nullopt;
  return id->get<std::int64_t>();
}

Trace trace_of(const queue::Item& item) {
  Trace trace{.meeting_id = meeting_id_of(item).value_or(0)};
  const auto payload = types::Json::parse(item.payload, nullptr, false);
  if (!payload.is_object()) return trace;
  const auto id = payload.find("request_id");
  if (id != payload.end() && id->is_string()) trace.request_id = id->get<std::string>();
  return trace;
}

std::optional<std::string> verdict_in_force(const store::SessionRow& session, UnixMillis now) {
  // A kill takes some seconds at most; the rest is for clocks of other machines.
  constexpr Millis longest{30'000};
  if (!session.verdict || now - session.verdict_at.value_or(0) > longest.count())
    return std::nullopt;
  return session.verdict;
}

std::optional<store::SessionRow> newest_session(sql::Connection& connection,
                                                std::int64_t meeting_id) {
  auto sessions = store::SessionStore(connection).of_meeting(meeting_id);
  if (sessions.empty()) return std::nullopt;
  return std::move(sessions.back());
}

}  // namespace bot::bots
