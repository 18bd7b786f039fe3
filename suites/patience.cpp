#include "suites/patience.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "base/ids.hpp"

namespace bot::suites {

namespace {

constexpr Millis longest_pause{500};

void wait_unless_cancelled(Millis pause, const std::stop_token& cancel) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, cancel, pause, [] { return false; });
}

}  // namespace

Patience::Patience(Millis budget, std::stop_token cancel)
    : begin_(std::chrono::steady_clock::now()), budget_(budget), cancel_(std::move(cancel)) {}

Millis Patience::spent() const {
  return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begin_);
}

bool Patience::again() {
  const auto left = budget_ - spent();
  if (left <= Millis{0} || cancelled()) return false;
  const auto half = pause_ / 2;
  const auto jitter = Millis{random_below(static_cast<std::size_t>(half.count()) + 1)};
  // The last look falls on the deadline itself rather than short of it.
  wait_unless_cancelled(std::min(left, half + jitter), cancel_);
  pause_ = std::min(longest_pause, pause_ * 3 / 2);
  return !cancelled();
}

}  // namespace bot::suites
