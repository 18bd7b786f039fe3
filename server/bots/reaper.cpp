#include "server/bots/reaper.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/fault.hpp"
#include "server/bots/launch_rows.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/bots/signs_of_life.hpp"
#include "server/store/meeting_store.hpp"

namespace bot::bots {

using domain::MeetingState;

namespace {

// How far the wall clock may drift from the monotonic one between two rounds. NTP slews by at most
// 0.5 ms a second; more is a step.
constexpr Millis clock_slack{1000};

std::vector<std::int64_t> stale_meetings(sql::Connection& connection,
                                         MeetingState state,
                                         UnixMillis before) {
  if (state == MeetingState::reserved) return stale_reservations(connection, before);
  std::vector<std::int64_t> ids;
  for (const auto& meeting : store::MeetingStore(connection).stale(state, before)) {
    ids.push_back(meeting.id);
  }
  return ids;
}

}  // namespace

Reaper::Reaper(store::Database& database,
               Lifecycle& lifecycle,
               const Clock& clock,
               ReaperOptions options)
    : database_(database), lifecycle_(lifecycle), clock_(clock), options_(options) {}

Reaper::~Reaper() {
  stop();
}

// Starts the watch anew when this process, the store, the runtime or the clocks were not as they
// should be since the last round.
Reaper::Moment Reaper::notice_gap() {
  const Millis monotonic = clock_.monotonic();
  const UnixMillis wall = clock_.now_ms();
  const Millis offset = Millis{wall} - monotonic;
  const auto store = database_.statistics();
  const std::uint64_t lost_writes = store.failed_commits + store.given_up + store.refused;
  // Half the shortest limit unheard is as much as can be overlooked.
  const Millis shortest =
      std::min({options_.reserved, options_.starting, options_.active, options_.stopping});
  const Millis patience = std::min(options_.interval + clock_slack, shortest / 2);
  const bool late = !last_round_ || monotonic - *last_round_ > options_.interval + patience;
  const bool stepped = std::abs((offset - wall_offset_).count()) > clock_slack.count();
  const bool deaf = lost_writes != lost_writes_;
  if (late || stepped || deaf || lifecycle_.is_blind()) watching_since_ = monotonic;
  // Each round compares with the last one: a slow drift is no step.
  last_round_ = monotonic;
  wall_offset_ = offset;
  lost_writes_ = lost_writes;
  return {wall, monotonic};
}

// In every round: what was being stored while the clock was set back comes after the gap was
// noticed.
void Reaper::forget_the_future(const Moment& begun) {
  const UnixMillis latest = begun.wall + clock_slack.count();
  const bool any = database_.read(
      [&](sql::Connection& connection) { return has_signs_after(connection, latest); });
  if (!any) return;
  database_.write(
      [&](sql::Connection& connection) { pull_back_signs(connection, latest, begun.wall); });
}

// All are judged before the first is stopped: stopping takes time, in which others grow old.
std::vector<Reaper::Suspect> Reaper::suspects(const Moment& begun) {
  const Millis watched = begun.monotonic - watching_since_;
  return database_.read([&](sql::Connection& connection) {
    std::vector<Suspect> found;
    for (const auto& [state, limit] : {std::pair(MeetingState::reserved, options_.reserved),
                                       std::pair(MeetingState::starting, options_.starting),
                                       std::pair(MeetingState::active, options_.active),
                                       std::pair(MeetingState::stopping, options_.stopping)}) {
      if (watched < limit) continue;
      const UnixMillis before = begun.wall - limit.count();
      for (const auto id : stale_meetings(connection, state, before)) {
        found.push_back({id, state, before});
      }
    }
    return found;
  });
}

int Reaper::run_once() {
  const Moment begun = notice_gap();
  lifecycle_.record_missed_exits();
  forget_the_future(begun);
  int reaped = 0;
  for (const auto& [meeting_id, state, silent_since] : suspects(begun)) {
    const auto done =
        lifecycle_.reap(meeting_id,
                        state,
                        silent_since,
                        "stale_" + std::string(domain::to_string(state)) + "_timeout");
    if (done && *done) ++reaped;
  }
  const std::scoped_lock lock(mutex_);
  rounded_at_ = clock_.monotonic();
  return reaped;
}

std::optional<Millis> Reaper::since_last_round() const {
  const std::scoped_lock lock(mutex_);
  if (!rounded_at_) return std::nullopt;
  return clock_.monotonic() - *rounded_at_;
}

void Reaper::start() {
  (void)notice_gap();
  {
    const std::scoped_lock lock(mutex_);
    rounded_at_ = clock_.monotonic();
  }
  thread_ = std::thread([this] { loop(); });
}

void Reaper::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Reaper::loop() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, options_.interval, [this] { return stopping_; })) {
    lock.unlock();
    try {
      run_once();
    } catch (const Fault&) {
      // The store is away: bots could not be heard meanwhile, so the watch starts anew.
      last_round_.reset();
    }
    lock.lock();
  }
}

}  // namespace bot::bots
