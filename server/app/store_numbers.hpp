#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "server/domain/meeting_state.hpp"
#include "server/queue/queue.hpp"
#include "server/store/database.hpp"
#include "server/store/worker_store.hpp"

namespace bot::app {

struct StoreNumbers {
  std::map<domain::MeetingState, std::int64_t> live_bots;
  std::int64_t seats_limit = 0;  // of all users together; may be half a minute old
  std::vector<queue::LaneCounts> lanes;
  // Those that are there, by what they say they are at.
  std::map<store::WorkerStatus, std::int64_t> workers;
  std::int64_t workers_on_jobs = 0;  // of these, those that take jobs
  queue::LaneDay jobs_today;         // what finished since midnight UTC
};

// What is counted in the store for those who ask from outside, and may ask as often as they like:
// one count serves everybody for a second, or longer where counting takes long. Thread-safe.
class StoreCounter {
 public:
  StoreCounter(store::Database& database, const Clock& clock)
      : database_(database), clock_(clock) {}
  StoreCounter(const StoreCounter&) = delete;
  StoreCounter& operator=(const StoreCounter&) = delete;

  // nullopt while the store is away, and for a second after.
  std::optional<StoreNumbers> numbers();

 private:
  std::optional<StoreNumbers> count();

  store::Database& database_;
  const Clock& clock_;
  std::mutex mutex_;
  Millis used_until_{0};                    // monotonic; of numbers_
  std::optional<Millis> limit_counted_at_;  // monotonic
  std::int64_t seats_limit_ = 0;
  bool counted_ = false;
  std::optional<StoreNumbers> numbers_;
};

}  // namespace bot::app
