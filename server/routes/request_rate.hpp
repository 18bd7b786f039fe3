#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/duration.hpp"

namespace bot::routes {

struct RequestRateOptions {
  std::int64_t per_second = 0;  // that a key gains; 0: no limit
  std::int64_t burst = 0;       // that it may have saved up. REQUIRES: at least 1 with a limit
};

// How often each user's key may ask: a bucket a key, in this process (several servers each have
// their own). Thread-safe.
class RequestRate {
 public:
  RequestRate(const Clock& clock, RequestRateOptions options);

  // nullopt: it may, and that is counted. Otherwise when it may again.
  std::optional<Millis> refuse(std::int64_t token_id);

 private:
  struct Bucket {
    double left = 0;  // at `since`
    Millis since{0};  // monotonic
  };

  double left_at(const Bucket& bucket, Millis now) const;
  void forget_full(Millis now);

  const Clock& clock_;
  const RequestRateOptions options_;
  std::mutex mutex_;
  std::unordered_map<std::int64_t, Bucket> buckets_;  // by token; guarded by mutex_
};

}  // namespace bot::routes
