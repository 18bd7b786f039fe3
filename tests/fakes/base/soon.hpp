#pragma once

#include <chrono>
#include <thread>

#include "base/duration.hpp"

namespace bot {

// True as soon as the condition holds; false when it does not within that time.
template <typename Condition>
bool soon(Condition condition, Millis at_most = std::chrono::seconds(20)) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(Millis(2));
  }
  return true;
}

}  // namespace bot
