#pragma once

#include <atomic>

#include "base/clock.hpp"

namespace bot {

// Stands still until it is moved. Thread-safe.
class ManualClock final : public Clock {
 public:
  static constexpr UnixMillis start = 1'763'760'000'000;  // 2025-11-21T21:20:00Z

  UnixMillis now_ms() const override { return wall_; }
  std::chrono::milliseconds monotonic() const override {
    return std::chrono::milliseconds(monotonic_);
  }

  // Time passes.
  void advance(std::chrono::milliseconds by) {
    wall_ += by.count();
    monotonic_ += by.count();
  }
  // Somebody sets the wall clock; no time passes.
  void step(std::chrono::milliseconds by) { wall_ += by.count(); }

 private:
  std::atomic<UnixMillis> wall_{start};
  std::atomic<std::int64_t> monotonic_{1'000'000};
};

}  // namespace bot
