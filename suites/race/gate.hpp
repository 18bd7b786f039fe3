// Requests that arrive together: the measuring instrument of the suite on database consistency.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "client/http/transport.hpp"

namespace bot::suites::race {

// One request of a burst. Times are microseconds on the monotonic clock of this machine.
// `invoked_us` is taken before its last byte is sent, so the server cannot have acted earlier;
// `completed_us` after its answer was read, so it cannot have acted later.
struct Shot {
  std::int64_t invoked_us = 0;
  std::int64_t completed_us = 0;  // of an unanswered one: when it was given up
  int status = 0;                 // 0: no answer, `error` says why
  client::Headers headers = {};
  std::string body = {};
  std::string error = {};
};

struct Burst {
  std::vector<Shot> shots;             // in the order of the requests
  std::int64_t release_spread_us = 0;  // from the first last byte to the last
  std::size_t most_in_flight = 0;      // released and not yet answered, at the same time
};

std::int64_t monotonic_us();

// Holds a number of requests at the gate and releases them at once.
class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  virtual ~Gate() = default;

  // Returns when each has been answered or `deadline` has passed since the release. A request that
  // failed after the release is a Shot with status 0. `deadline` counts anew for each connection
  // that is made ready. Errors: unreachable, timeout, protocol or cancelled when not all could be,
  // in which case none was released.
  // REQUIRES: every request has a non-empty body.
  virtual Result<Burst> release(const std::vector<client::HttpRequest>& requests,
                                Millis deadline) = 0;
};

}  // namespace bot::suites::race
