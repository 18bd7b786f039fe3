#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace bot {

using Millis = std::chrono::milliseconds;

// Reads "200ms", "1.5s", "30s", "5m", "1h", "2d", "1m30s". A unit is required except for "0".
// Negative and absurd values (over ten years) are refused with a sentence.
Result<Millis> parse_duration(std::string_view text);

// The same, and bare numbers count as seconds: for the flags that the worker seed spells that way.
Result<Millis> parse_duration_or_seconds(std::string_view text);

// The shortest form that parse_duration reads back: "200ms", "1m30s", "2h".
std::string format_duration(Millis value);

}  // namespace bot
