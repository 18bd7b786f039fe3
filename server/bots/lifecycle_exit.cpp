#include <algorithm>
#include <memory>
#include <utility>

#include "base/fault.hpp"
#include "server/bots/launch_rows.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/bots/meeting_change.hpp"
#include "server/bots/report_judgement.hpp"
#include "server/store/session_store.hpp"

namespace bot::bots {

using domain::MeetingState;

namespace {

// What the reaper goes by: the launch of a reservation, the heartbeats of an active bot, of the
// others when the state began.
UnixMillis last_sign_of_life(const store::MeetingRow& meeting,
                             const std::optional<store::SessionRow>& session) {
  UnixMillis last = meeting.state_since;
  if (meeting.status == MeetingState::reserved && session) {
    last = std::max(last, session->started_at);
  }
  if (meeting.status == MeetingState::active) {
    last = std::max(last, meeting.heartbeat_at.value_or(last));
  }
  return last;
}

}  // namespace

void Lifecycle::record_exit(MeetingChange& change, const Unrecorded& exit) const {
  auto meeting = store::MeetingStore(change.connection()).hold(exit.meeting_id);
  if (!meeting || domain::is_final(meeting->status)) return;
  const auto session = store::SessionStore(change.connection()).find_by_uid(exit.session_uid);
  if (!session || session->ended_at) return;
  Ending ending = judge_death(exit.status, *meeting);
  if (const auto verdict = verdict_in_force(*session, change.now())) {
    ending.to = MeetingState::failed;
    ending.source = domain::ChangeSource::cleanup;
    ending.reason = *verdict;
    ending.failure_stage = stage_of(*meeting);
  }
  change.end(*meeting, exit.session_uid, ending);
}

bool Lifecycle::bot_exited(std::int64_t meeting_id,
                           const std::string& session_uid,
                           const ExitStatus& status) {
  const Unrecorded exit{meeting_id, session_uid, status};
  try {
    (void)apply([&](MeetingChange& change) -> Status {
      record_exit(change, exit);
      return Unit{};
    });
    return true;
  } catch (const Fault&) {
    const std::scoped_lock lock(mutex_);
    unrecorded_.push_back(exit);
    return false;
  }
}

void Lifecycle::record_missed_exits() {
  std::vector<Unrecorded> missed;
  {
    const std::scoped_lock lock(mutex_);
    missed.swap(unrecorded_);
  }
  for (const auto& exit : missed) {
    (void)bot_exited(exit.meeting_id, exit.session_uid, exit.status);
  }
}

void Lifecycle::record_death(MeetingChange& change, const LaunchedBot& bot) const {
  const auto meeting = store::MeetingStore(change.connection()).hold(bot.meeting_id);
  const auto session = store::SessionStore(change.connection()).find_by_uid(bot.session_uid);
  if (!session || session->runtime_handle != bot.handle) return;  // launched anew meanwhile
  // A launch that was cut off between storing the handle and opening the gate is still in the
  // queue, and done again once the handle is gone.
  if (meeting && meeting->status == MeetingState::reserved &&
      launch_is_queued(change.connection(), bot.meeting_id)) {
    forget_launch(change.connection(), bot.session_uid, bot.handle);
  } else {
    record_exit(change, {bot.meeting_id, bot.session_uid, {}});
  }
}

void Lifecycle::close_dead(const std::vector<LaunchedBot>& dead) {
  constexpr std::size_t together = 200;
  for (std::size_t first = 0; first < dead.size(); first += together) {
    const std::size_t last = std::min(first + together, dead.size());
    (void)apply([&](MeetingChange& change) -> Status {
      for (std::size_t i = first; i < last; ++i)
        record_death(change, dead[i]);
      return Unit{};
    });
  }
}

bool Lifecycle::is_others(const std::optional<store::SessionRow>& session) const {
  if (!session || !session->owner || *session->owner == options_.keeper.owner) return false;
  return options_.is_gone && !options_.is_gone(*session->owner);
}

Result<bool> Lifecycle::reap(std::int64_t meeting_id,
                             MeetingState state,
                             UnixMillis silent_since,
                             const std::string& failure_reason) {
  std::optional<store::SessionRow> session;
  const bool condemned = parts_.database.write([&](sql::Connection& connection) {
    const auto meeting = store::MeetingStore(connection).hold(meeting_id);
    session = newest_session(connection, meeting_id);
    if (!meeting || meeting->status != state || is_others(session) ||
        last_sign_of_life(*meeting, session) >= silent_since) {
      return false;
    }
    // The bot's own end, which the kill brings about, must not be taken for the reason.
    if (session) {
      store::SessionStore(connection)
          .set_verdict(session->session_uid, failure_reason, parts_.clock.now_ms());
    }
    return true;
  });
  if (!condemned) return false;
  if (session && is_in_reach(*session) && !end_bot(*session->runtime_handle)) {
    parts_.database.write([&](sql::Connection& connection) {
      store::SessionStore(connection)
          .set_verdict(session->session_uid, std::nullopt, parts_.clock.now_ms());
    });
    return Error{
        .code = Errc::unavailable,
        .message = "the bot of meeting " + std::to_string(meeting_id) + " could not be stopped"};
  }
  const auto session_uid = session ? session->session_uid : "";
  return apply([&](MeetingChange& change) -> Result<bool> {
    auto meeting = store::MeetingStore(change.connection()).hold(meeting_id);
    if (!meeting) return false;
    if (meeting->status == MeetingState::failed) return meeting->failure_reason == failure_reason;
    if (meeting->status != state) return false;
    return change.end(*meeting,
                      session_uid,
                      {.to = MeetingState::failed,
                       .source = domain::ChangeSource::cleanup,
                       .reason = failure_reason,
                       .failure_stage = stage_of(*meeting)});
  });
}

bool Lifecycle::is_in_reach(const store::SessionRow& session) const {
  const auto& place = options_.keeper.place;
  return session.runtime_handle && (place.empty() || session.place.value_or(place) == place);
}

bool Lifecycle::end_bot(const std::string& handle) {
  parts_.runtime.stop(handle, options_.kill_grace);
  return wait_until_gone({handle}, options_.kill_grace + Millis{2000});
}

}  // namespace bot::bots
