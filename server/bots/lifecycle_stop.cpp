#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "server/bots/launch_rows.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/bots/meeting_change.hpp"
#include "server/domain/texts.hpp"
#include "server/store/command_store.hpp"
#include "server/store/session_store.hpp"
#include "server/store/transcript_store.hpp"

namespace bot::bots {

using domain::MeetingState;

namespace {

// Every DELETE repeats its promise, not the command: one leave that was not answered yet is enough.
std::optional<std::int64_t> pending_leave(sql::Connection& connection, std::int64_t meeting_id) {
  for (const auto& command : store::CommandStore(connection).of_meeting(meeting_id)) {
    if (command.action == "leave" && !command.acknowledged_at) return command.id;
  }
  return std::nullopt;
}

std::int64_t send_leave(MeetingChange& change,
                        const store::MeetingRow& meeting,
                        const std::string& session_uid) {
  if (const auto pending = pending_leave(change.connection(), meeting.id)) return *pending;
  return change.command(meeting, session_uid, "leave", types::Json{{"action", "leave"}});
}

StopOutcome stop_with_bot(MeetingChange& change,
                          store::MeetingRow& meeting,
                          const store::SessionRow& session,
                          domain::ChangeSource by,
                          Millis grace) {
  if (meeting.status == MeetingState::stopping) {
    store::MeetingStore(change.connection()).request_stop(meeting.id, change.now());
    meeting.stop_requested = true;
  } else {
    store::TransitionFields fields;
    fields.source = by;
    fields.stop_requested = true;
    fields.data = R"({"phase":null})";
    change.move(meeting, MeetingState::stopping, fields);
  }
  const auto command = send_leave(change, meeting, session.session_uid);
  change.enqueue_end(meeting, session, change.now() + grace.count());
  return {StopOutcome::Kind::accepted, meeting, command};
}

Result<StopOutcome> stop_in(MeetingChange& change,
                            std::int64_t meeting_id,
                            domain::ChangeSource by,
                            Millis grace) {
  auto meeting = store::MeetingStore(change.connection()).hold(meeting_id);
  if (!meeting) {
    return Error{.code = Errc::not_found, .message = std::string(domain::nothing_to_stop_text)};
  }
  using Kind = StopOutcome::Kind;
  if (domain::is_final(meeting->status)) {
    const bool completed = meeting->status == MeetingState::completed;
    return StopOutcome{
        completed ? Kind::already_completed : Kind::already_failed, *meeting, std::nullopt};
  }
  const auto session = newest_session(change.connection(), meeting_id);
  if (session && session->runtime_handle) {
    return stop_with_bot(change, *meeting, *session, by, grace);
  }
  change.end_stopped(*meeting, session ? session->session_uid : "", by);
  return StopOutcome{Kind::finalized, *meeting, std::nullopt};
}

std::optional<std::string> handle_of(const queue::Item& item) {
  const auto payload = types::Json::parse(item.payload, nullptr, false);
  if (!payload.is_object() || !payload.contains("handle")) return std::nullopt;
  const auto& handle = payload["handle"];
  return handle.is_string() ? std::optional(handle.get<std::string>()) : std::nullopt;
}

// Whatever is left of it: its bot is gone, or nobody will hear from it.
void close_stopped(MeetingChange& change, std::int64_t meeting_id) {
  auto row = store::MeetingStore(change.connection()).hold(meeting_id);
  if (!row || domain::is_final(row->status)) return;
  const auto session = newest_session(change.connection(), meeting_id);
  change.end_stopped(*row, session ? session->session_uid : "", domain::ChangeSource::runtime);
}

}  // namespace

std::string_view StopOutcome::message() const {
  switch (kind) {
    case Kind::accepted:
      return domain::stop_accepted_text;
    case Kind::finalized:
      return domain::stop_finalized_text;
    case Kind::already_completed:
      return domain::already_completed_text;
    case Kind::already_failed:
      return domain::already_failed_text;
  }
  return domain::stop_accepted_text;
}

Result<StopOutcome> Lifecycle::request_stop(std::int64_t meeting_id,
                                            domain::ChangeSource by,
                                            const AlsoStoreStop& also) {
  trace_meeting(meeting_id);
  return apply([&](MeetingChange& change) {
    auto stopped = stop_in(change, meeting_id, by, options_.stop_grace);
    if (stopped && also) also(change.connection(), *stopped);
    return stopped;
  });
}

queue::Outcome Lifecycle::end_stopping(const queue::Item& item) {
  const auto meeting_id = meeting_id_of(item);
  if (!meeting_id) return queue::Outcome::dead("the payload names no meeting");
  const auto [meeting, session] = parts_.database.read([&](sql::Connection& connection) {
    return std::pair(store::MeetingStore(connection).find(*meeting_id),
                     newest_session(connection, *meeting_id));
  });
  if (meeting && domain::is_final(meeting->status)) return queue::Outcome::done();
  const auto handle = session ? session->runtime_handle : handle_of(item);
  if (handle && parts_.runtime.alive(*handle)) {
    parts_.runtime.stop(*handle, options_.kill_grace);
    // Its end closes the row; this looks again in case nobody noticed it.
    return queue::Outcome::snooze(parts_.clock.now_ms() + options_.kill_grace.count() + 1000);
  }
  if (!meeting) return queue::Outcome::done();  // deleted with its user
  (void)apply([&](MeetingChange& change) -> Status {
    close_stopped(change, *meeting_id);
    return Unit{};
  });
  return queue::Outcome::done();
}

Result<int> Lifecycle::stop_all_of_user(std::int64_t user_id) {
  const auto live = parts_.database.read([&](sql::Connection& connection) {
    return store::MeetingStore(connection).live_of_user(user_id);
  });
  for (const auto& [meeting, session] : live) {
    const auto stopped = request_stop(meeting.id, domain::ChangeSource::user);
    if (!stopped && stopped.error().code != Errc::not_found) return stopped.error();
    if (session && is_in_reach(*session)) {
      parts_.runtime.stop(*session->runtime_handle, options_.kill_grace);
    }
  }
  return static_cast<int>(live.size());
}

bool Lifecycle::wait_until_gone(const std::vector<std::string>& handles, Millis at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  const auto gone = [this](const std::string& handle) { return !parts_.runtime.alive(handle); };
  while (!std::all_of(handles.begin(), handles.end(), gone)) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(Millis{10});
  }
  return true;
}

void Lifecycle::shutdown(ShutdownPolicy policy, Millis patience) {
  shutting_down_ = true;
  const auto hush = [this](void*) { stop_telling(); };
  const std::unique_ptr<void, decltype(hush)> at_the_end(this, hush);
  if (policy == ShutdownPolicy::leave) {
    parts_.runtime.stop_watching();
  } else {
    end_all(patience);
  }
}

void Lifecycle::end_all(Millis patience) {
  std::vector<std::int64_t> meetings;
  std::vector<std::string> handles;
  // A reservation that nobody has launched yet is not a bot; the next start launches it.
  const auto own = parts_.database.read([this](sql::Connection& connection) {
    return options_.keeper.place.empty() ? launched_bots(connection)
                                         : bots_of(connection, options_.keeper.owner);
  });
  for (const auto& bot : own) {
    meetings.push_back(bot.meeting_id);
    handles.push_back(bot.handle);
  }
  constexpr std::size_t together = 100;
  for (std::size_t first = 0; first < meetings.size(); first += together) {
    (void)apply([&](MeetingChange& change) -> Status {
      for (std::size_t i = first; i < std::min(first + together, meetings.size()); ++i) {
        (void)stop_in(change, meetings[i], domain::ChangeSource::runtime, options_.stop_grace);
      }
      return Unit{};
    });
  }
  // Bots that hear the leave command end by themselves; SIGTERM reaches those that do not.
  for (const auto& handle : handles)
    parts_.runtime.stop(handle, patience);
  if (!wait_until_gone(handles, patience)) {
    for (const auto& handle : handles)
      parts_.runtime.kill(handle);
    wait_until_gone(handles, Millis{1000});
  }
  parts_.runtime.stop_watching();
  for (std::size_t first = 0; first < meetings.size(); first += together) {
    (void)apply([&](MeetingChange& change) -> Status {
      for (std::size_t i = first; i < std::min(first + together, meetings.size()); ++i) {
        close_stopped(change, meetings[i]);
      }
      return Unit{};
    });
  }
}

queue::Outcome Lifecycle::finish_meeting(const queue::Item& item) {
  const auto meeting_id = meeting_id_of(item);
  if (!meeting_id) return queue::Outcome::dead("the payload names no meeting");
  parts_.database.write([&](sql::Connection& connection) {
    store::MeetingStore meetings(connection);
    const auto meeting = meetings.hold(*meeting_id);
    if (!meeting) return;
    const auto data = types::Json::parse(meeting->data, nullptr, false);
    store::TranscriptStore transcripts(connection);
    types::Json found = types::Json::object();
    // What a user has set stays.
    if (!data.contains("participants")) {
      found["participants"] = transcripts.speakers(*meeting_id);
    }
    if (!data.contains("languages")) found["languages"] = transcripts.languages(*meeting_id);
    if (!found.empty()) {
      meetings.merge_data(*meeting_id, types::dump(found), parts_.clock.now_ms());
    }
  });
  return queue::Outcome::done();
}

}  // namespace bot::bots
