#include "base/duration.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace bot {
namespace {

struct DurationUnit {
  std::string_view name;
  std::int64_t millis;
};

// Largest first; "ms" before "m" so that the longer name wins when reading.
constexpr std::array units = {
    DurationUnit{"ms", 1},
    DurationUnit{"d", 86'400'000},
    DurationUnit{"h", 3'600'000},
    DurationUnit{"m", 60'000},
    DurationUnit{"s", 1'000},
};

constexpr double longest_millis = 10.0 * 366 * 86'400'000;

Error not_a_duration(std::string_view text) {
  return {.code = Errc::invalid_argument,
          .message = "'" + std::string(text) + "' is not a duration",
          .hint = "write a number with a unit: 200ms, 30s, 5m, 1h"};
}

const DurationUnit* unit_at(std::string_view text) {
  for (const auto& unit : units) {
    if (text.starts_with(unit.name)) return &unit;
  }
  return nullptr;
}

}  // namespace

Result<Millis> parse_duration(std::string_view text) {
  if (text == "0") return Millis{0};
  if (text.empty()) return not_a_duration(text);
  double total = 0;
  auto rest = text;
  while (!rest.empty()) {
    double number = 0;
    const auto [end, failure] =
        std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    if (failure != std::errc{} || !std::isfinite(number) || number < 0) return not_a_duration(text);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const auto* unit = unit_at(rest);
    if (unit == nullptr) return not_a_duration(text);
    rest.remove_prefix(unit->name.size());
    total += number * static_cast<double>(unit->millis);
    if (total > longest_millis) return not_a_duration(text);
  }
  return Millis{std::llround(total)};
}

Result<Millis> parse_duration_or_seconds(std::string_view text) {
  const bool bare = !text.empty() && text.find_first_not_of("0123456789.") == text.npos;
  return bare ? parse_duration(std::string(text) + "s") : parse_duration(text);
}

std::string format_duration(Millis value) {
  auto rest = value.count();
  if (rest == 0) return "0";
  std::string text;
  for (const std::string_view name : {"d", "h", "m", "s", "ms"}) {
    const auto* unit = unit_at(name);
    if (rest >= unit->millis) {
      text += std::to_string(rest / unit->millis) + std::string(unit->name);
      rest %= unit->millis;
    }
  }
  return text;
}

}  // namespace bot
