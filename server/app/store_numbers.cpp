#include "server/app/store_numbers.hpp"

#include <algorithm>

#include "base/fault.hpp"
#include "server/queue/queue.hpp"
#include "server/store/meeting_store.hpp"

namespace bot::app {
namespace {

constexpr Millis longest_use{1000};

queue::LaneCounts sum_of(const std::vector<queue::LaneCounts>& lanes) {
  queue::LaneCounts sum;
  for (const auto& lane : lanes) {
    sum.ready += lane.ready;
    sum.scheduled += lane.scheduled;
    sum.leased += lane.leased;
    sum.dead += lane.dead;
    if (!lane.oldest_ready_at) continue;
    sum.oldest_ready_at =
        std::min(*lane.oldest_ready_at, sum.oldest_ready_at.value_or(*lane.oldest_ready_at));
  }
  return sum;
}

}  // namespace

std::optional<StoreNumbers> StoreCounter::numbers() {
  // Whoever comes while somebody counts waits for that count.
  const std::scoped_lock lock(mutex_);
  if (!counted_at_ || clock_.monotonic() - *counted_at_ >= longest_use) {
    numbers_ = count();
    counted_at_ = clock_.monotonic();
  }
  return numbers_;
}

std::optional<StoreNumbers> StoreCounter::count() const {
  try {
    return database_.read([this](sql::Connection& connection) {
      StoreNumbers numbers;
      for (const auto state : domain::all_states) {
        if (domain::is_final(state)) continue;
        numbers.live_bots[state] = store::MeetingStore(connection).count_in(state);
      }
      numbers.queue = sum_of(queue::counts(connection, clock_.now_ms()));
      return numbers;
    });
  } catch (const Fault&) {
    return std::nullopt;
  }
}

}  // namespace bot::app
