#pragma once

#include <cstddef>

#include "base/duration.hpp"

namespace bot {

// Delays that double from `first` up to `longest`, each with "equal jitter": half of the delay is
// fixed, half is random, so that many clients that failed together do not come back together.
struct Backoff {
  Millis first{1000};
  Millis longest{60'000};

  // The delay before retry number `retry` (0 = the first retry), without jitter.
  Millis plain(std::size_t retry) const;
  Millis jittered(std::size_t retry) const;
};

}  // namespace bot
