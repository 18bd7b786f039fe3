#include <exception>
#include <utility>

#include "base/fault.hpp"
#include "server/bots/launch_rows.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/bots/meeting_change.hpp"
#include "server/bots/report_judgement.hpp"
#include "server/queue/queue.hpp"
#include "server/store/session_store.hpp"

namespace bot::bots {

using domain::MeetingState;

void Lifecycle::record_exit(const Unrecorded& exit) {
  const auto verdict = verdict_on(exit.meeting_id);
  (void)apply([&](MeetingChange& change) -> Status {
    auto meeting = store::MeetingStore(change.connection()).find(exit.meeting_id);
    if (!meeting || domain::is_final(meeting->status)) return Unit{};
    const auto session = store::SessionStore(change.connection()).find_by_uid(exit.session_uid);
    if (!session || session->ended_at) return Unit{};
    Ending ending = judge_death(exit.status, *meeting);
    if (verdict) {
      ending.to = MeetingState::failed;
      ending.source = domain::ChangeSource::cleanup;
      ending.reason = *verdict;
      ending.failure_stage = stage_of(*meeting);
    }
    change.end(*meeting, exit.session_uid, ending);
    return Unit{};
  });
}

void Lifecycle::bot_exited(std::int64_t meeting_id,
                           const std::string& session_uid,
                           const ExitStatus& status) {
  const Unrecorded exit{meeting_id, session_uid, status};
  try {
    record_exit(exit);
  } catch (const Fault&) {
    const std::scoped_lock lock(mutex_);
    unrecorded_.push_back(exit);
  }
}

void Lifecycle::record_missed_exits() {
  std::vector<Unrecorded> missed;
  {
    const std::scoped_lock lock(mutex_);
    missed.swap(unrecorded_);
  }
  for (const auto& exit : missed) {
    bot_exited(exit.meeting_id, exit.session_uid, exit.status);
  }
}

void Lifecycle::close_dead(const store::MeetingAndSession& live) {
  if (!live.session) return;
  if (live.meeting.status == MeetingState::reserved) {
    // Its launch may have been cut off between storing the handle and opening the gate: then the
    // queue still holds the item, and runs it again once the handle is gone.
    const auto relaunched = apply([&](MeetingChange& change) -> Status {
      queue::NewItem probe;
      probe.lane = launch_lane;
      probe.kind = launch_lane;
      probe.unique_key = "meeting:" + std::to_string(live.meeting.id);
      if (queue::enqueue(change.connection(), probe, change.now())) {
        return Error{Errc::conflict, "the launch was finished"};
      }
      forget_launch(change.connection(), live.session->session_uid);
      return Unit{};
    });
    if (relaunched) return;
  }
  record_exit({live.meeting.id, live.session->session_uid, {}});
}

Result<bool> Lifecycle::reap(std::int64_t meeting_id,
                             MeetingState state,
                             const std::string& failure_reason) {
  const auto session = parts_.database.read(
      [&](sql::Connection& connection) { return newest_session(connection, meeting_id); });
  {
    // The bot's own end, which the kill brings about, must not be taken for the reason.
    const std::scoped_lock lock(mutex_);
    verdicts_[meeting_id] = failure_reason;
  }
  const auto forget = [this, meeting_id](void*) {
    const std::scoped_lock lock(mutex_);
    verdicts_.erase(meeting_id);
  };
  const std::unique_ptr<void, decltype(forget)> forgotten(this, forget);

  if (session && session->runtime_handle) {
    parts_.runtime.stop(*session->runtime_handle, options_.kill_grace);
    if (!wait_until_gone({*session->runtime_handle}, options_.kill_grace + Millis{2000})) {
      return Error{.code = Errc::unavailable,
                   .message = "the bot of meeting " + std::to_string(meeting_id) +
                              " could not be stopped"};
    }
  }
  return apply([&](MeetingChange& change) -> Result<bool> {
    auto meeting = store::MeetingStore(change.connection()).find(meeting_id);
    if (!meeting) return false;
    if (meeting->status == MeetingState::failed) return meeting->failure_reason == failure_reason;
    if (meeting->status != state) return false;
    return change.end(*meeting,
                      session ? session->session_uid : "",
                      {.to = MeetingState::failed,
                       .source = domain::ChangeSource::cleanup,
                       .reason = failure_reason,
                       .failure_stage = stage_of(*meeting)});
  });
}

}  // namespace bot::bots
