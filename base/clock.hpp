#pragma once

#include <chrono>
#include <cstdint>

namespace bot {

// Wall-clock time as it is stored and compared in rows: milliseconds since 1970-01-01 UTC.
using UnixMillis = std::int64_t;

// Where time comes from. Thread-safe. Tests use their own clock that stands still and is moved.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  // Wall clock; may step when the machine's clock is set.
  virtual UnixMillis now_ms() const = 0;
  // Never steps, counts while the process is stopped (SIGSTOP); for deadlines and gaps.
  virtual std::chrono::milliseconds monotonic() const = 0;
};

class SystemClock final : public Clock {
 public:
  UnixMillis now_ms() const override;
  std::chrono::milliseconds monotonic() const override;
};

}  // namespace bot
