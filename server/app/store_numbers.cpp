#include "server/app/store_numbers.hpp"

#include <algorithm>

#include "base/fault.hpp"
#include "server/jobs/job.hpp"
#include "server/queue/queue.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/user_store.hpp"

namespace bot::app {
namespace {

constexpr Millis shortest_use{1000};
// A queue that has grown long is counted for so small a part of the time.
constexpr int most_of_the_time = 20;
// The sum of the limits walks all users, and changes seldom.
constexpr Millis use_of_limit{30'000};

void count_workers(sql::Connection& connection, UnixMillis now, StoreNumbers& numbers) {
  using store::WorkerStatus;
  for (const auto status : {WorkerStatus::running, WorkerStatus::quiet, WorkerStatus::stopping})
    numbers.workers[status] = 0;
  for (const auto& worker : store::WorkerStore(connection).all()) {
    const auto status = worker.beat.status;
    if (status != WorkerStatus::stopped && !worker.is_lost(now)) ++numbers.workers[status];
    if (worker.works_on(jobs::lane, now)) ++numbers.workers_on_jobs;
  }
}

queue::LaneDay finished_today(sql::Connection& connection, UnixMillis now) {
  for (const auto& day : queue::history(connection, 1, now)) {
    if (day.lane == jobs::lane) return day;
  }
  return {};
}

}  // namespace

std::optional<StoreNumbers> StoreCounter::numbers() {
  // Whoever comes while somebody counts waits for that count.
  const std::scoped_lock lock(mutex_);
  const auto begun = clock_.monotonic();
  if (!counted_ || begun >= used_until_) {
    numbers_ = count();
    const auto ended = clock_.monotonic();
    const auto took = ended - begun;
    // A failure takes long without being work: it is not kept beyond what spares the store.
    used_until_ =
        ended + (numbers_ ? std::max(shortest_use - took, most_of_the_time * took) : shortest_use);
    counted_ = true;
  }
  return numbers_;
}

// REQUIRES: mutex_ is held.
std::optional<StoreNumbers> StoreCounter::count() {
  const auto now = clock_.monotonic();
  const bool limit_is_old = !limit_counted_at_ || now - *limit_counted_at_ >= use_of_limit;
  try {
    auto counted = database_.read([&](sql::Connection& connection) {
      StoreNumbers numbers;
      for (const auto state : domain::all_states) {
        if (domain::is_final(state)) continue;
        numbers.live_bots[state] = store::MeetingStore(connection).count_in(state);
      }
      numbers.seats_limit =
          limit_is_old ? store::UserStore(connection).sum_of_limits() : seats_limit_;
      const auto time = clock_.now_ms();
      numbers.lanes = queue::counts(connection, time);
      count_workers(connection, time, numbers);
      numbers.jobs_today = finished_today(connection, time);
      return numbers;
    });
    seats_limit_ = counted.seats_limit;
    if (limit_is_old) limit_counted_at_ = now;
    return counted;
  } catch (const Fault&) {
    return std::nullopt;
  }
}

}  // namespace bot::app
