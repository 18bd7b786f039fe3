// How a handler that runs learns that it should come to an end.
#pragma once

#include <functional>
#include <stop_token>

namespace bot::queue {

enum class StopReason { none, cancelled, time_limit, shutdown };

// One call of a handler. Thread-safe; valid until the handler returns. Whoever was asked to stop
// returns soon, whatever fits: done if the work is done all the same, else retry or cancelled. What
// is stored then follows from the reason: a cancelled item is not tried again, an attempt that took
// too long is spent, a shutdown spends none.
struct Run {
  std::stop_token stop = {};
  std::function<StopReason()> why = {};

  bool stopped() const { return reason() != StopReason::none; }
  StopReason reason() const { return why ? why() : StopReason::none; }
};

}  // namespace bot::queue
