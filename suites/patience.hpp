#pragma once

#include <chrono>
#include <stop_token>

#include "base/duration.hpp"

namespace bot::suites {

// Polling until a deadline: `for (Patience patience(…);;) { look(); if (!patience.again()) … }`.
// The first look costs no wait; the pauses between looks grow from 20 ms to 500 ms, with jitter,
// so that a fast service is seen at once and a slow one is not pestered. For one thread.
class Patience {
 public:
  Patience(Millis budget, std::stop_token cancel);

  // Waits for the next look; false, without waiting, when the time is over or the run is cancelled.
  bool again();

  Millis spent() const;
  bool cancelled() const { return cancel_.stop_requested(); }

 private:
  std::chrono::steady_clock::time_point begin_;
  Millis budget_;
  Millis pause_{20};
  std::stop_token cancel_;
};

}  // namespace bot::suites
