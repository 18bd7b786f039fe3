#include "server/bots/reaper.hpp"

#include <cstdlib>
#include <string>
#include <utility>

#include "base/fault.hpp"
#include "server/bots/launch_rows.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/store/meeting_store.hpp"

namespace bot::bots {

using domain::MeetingState;

namespace {

// How far the wall clock may drift from the monotonic one between two rounds. NTP slews by at most
// 0.5 ms a second; more is a step.
constexpr Millis kClockSlack{1000};

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

// Starts the watch anew when this process or the clocks were not as they should be since the last
// round.
bool Reaper::notice_gap() {
  const Millis monotonic = clock_.monotonic();
  const Millis offset = Millis{clock_.now_ms()} - monotonic;
  // A round may be late by its own work; twice the interval is a process that did not run.
  const bool late = !last_round_ || monotonic - *last_round_ > 2 * options_.interval + kClockSlack;
  const bool stepped = std::abs((offset - wall_offset_).count()) > kClockSlack.count();
  const bool gap = late || stepped;
  if (gap) watching_since_ = monotonic;
  // A slow drift must not add up to a step that nobody sees, so each round compares with the last.
  last_round_ = monotonic;
  wall_offset_ = offset;
  return gap;
}

int Reaper::run_once() {
  notice_gap();
  lifecycle_.record_missed_exits();
  int reaped = 0;
  for (const Rule& rule : {Rule{MeetingState::reserved, options_.reserved},
                           Rule{MeetingState::starting, options_.starting},
                           Rule{MeetingState::active, options_.active},
                           Rule{MeetingState::stopping, options_.stopping}}) {
    if (clock_.monotonic() - watching_since_ < rule.limit) continue;
    reaped += reap(rule);
  }
  return reaped;
}

int Reaper::reap(const Rule& rule) {
  const UnixMillis before = clock_.now_ms() - rule.limit.count();
  const auto stale = database_.read([&](sql::Connection& connection) {
    return stale_meetings(connection, rule.state, before);
  });
  const std::string reason =
      "stale_" + std::string(domain::to_string(rule.state)) + "_timeout";
  int reaped = 0;
  for (const auto id : stale) {
    const auto done = lifecycle_.reap(id, rule.state, reason);
    if (done && *done) ++reaped;
  }
  return reaped;
}

void Reaper::start() {
  notice_gap();
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
