#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace bot {

// What format_time gives, without an allocation: for lists.
class TimeText {
 public:
  explicit TimeText(UnixMillis time);
  operator std::string_view() const { return {text_.data(), length_}; }

 private:
  std::array<char, 40> text_;
  std::size_t length_;
};

// RFC 3339 UTC with milliseconds, "2026-11-21T21:05:07.123Z": the form of every time on our wire.
std::string format_time(UnixMillis time);

// Reads RFC 3339 and the forms of other generations of the service: no zone (taken as UTC), zero to
// nine fractional digits, an offset such as +00:00. nullopt when it is none of these.
std::optional<UnixMillis> parse_time(std::string_view text);

}  // namespace bot
