#include "server/routes/request_rate.hpp"

#include <algorithm>
#include <cmath>

namespace bot::routes {
namespace {

// Of keys that have been used lately; a full bucket is as good as none.
constexpr std::size_t remembered = 10'000;

}  // namespace

RequestRate::RequestRate(const Clock& clock, RequestRateOptions options)
    : clock_(clock), options_(options) {}

std::optional<Millis> RequestRate::refuse(std::int64_t token_id) {
  if (options_.per_second == 0) return std::nullopt;
  const auto now = clock_.monotonic();
  const std::scoped_lock lock(mutex_);
  if (buckets_.size() > remembered) forget_full(now);
  auto [found, fresh] =
      buckets_.try_emplace(token_id, Bucket{static_cast<double>(options_.burst), now});
  auto& bucket = found->second;
  bucket = {left_at(bucket, now), now};
  if (bucket.left >= 1) {
    bucket.left -= 1;
    return std::nullopt;
  }
  const auto seconds = (1 - bucket.left) / static_cast<double>(options_.per_second);
  return Millis{static_cast<std::int64_t>(std::ceil(seconds * 1000))};
}

double RequestRate::left_at(const Bucket& bucket, Millis now) const {
  const auto gained = static_cast<double>((now - bucket.since).count()) *
                      static_cast<double>(options_.per_second) / 1000;
  return std::min(static_cast<double>(options_.burst), bucket.left + gained);
}

// REQUIRES: mutex_ is held.
void RequestRate::forget_full(Millis now) {
  const auto burst = static_cast<double>(options_.burst);
  std::erase_if(buckets_, [&](const auto& entry) { return left_at(entry.second, now) >= burst; });
  // More keys at once than are worth remembering: they begin anew.
  if (buckets_.size() > remembered) buckets_.clear();
}

}  // namespace bot::routes
