#include "base/time_format.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>

#include "base/text.hpp"

namespace bot {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::sys_days;

std::optional<std::int64_t> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  const auto part = text.substr(at, count);
  if (part.find_first_not_of("0123456789") != part.npos) return std::nullopt;
  return parse_int(part);
}

// Minutes east of UTC, of "", "Z", "+02:00" or "-0530".
std::optional<std::int64_t> offset_minutes(std::string_view zone) {
  if (zone.empty() || zone == "Z" || zone == "z") return 0;
  if (zone[0] != '+' && zone[0] != '-') return std::nullopt;
  const std::size_t minutes_at = zone.size() == 6 && zone[3] == ':' ? 4 : 3;
  const auto hours = digits(zone, 1, 2);
  const auto minutes = digits(zone, minutes_at, 2);
  if (!hours || !minutes || zone.size() != minutes_at + 2) return std::nullopt;
  return (zone[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
}

// So many digits, with zeros in front.
char* put(char* at, std::size_t count, std::uint64_t number) {
  for (auto* digit = at + count; digit != at; number /= 10)
    *--digit = static_cast<char>('0' + number % 10);
  return at + count;
}

template <typename Duration>
char* put(char* at, std::size_t count, Duration duration) {
  return put(at, count, static_cast<std::uint64_t>(duration.count()));
}

char* put_year(char* at, char* end, int year) {
  if (year < 0 || year > 9999) return std::to_chars(at, end, year).ptr;
  return put(at, 4, static_cast<std::uint64_t>(year));
}

}  // namespace

TimeText::TimeText(UnixMillis time) {
  const std::chrono::sys_time<milliseconds> point{milliseconds{time}};
  const auto day = std::chrono::floor<days>(point);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{point - day};
  auto* at = put_year(text_.data(), text_.data() + text_.size(), static_cast<int>(date.year()));
  *at++ = '-';
  at = put(at, 2, std::uint64_t{static_cast<unsigned>(date.month())});
  *at++ = '-';
  at = put(at, 2, std::uint64_t{static_cast<unsigned>(date.day())});
  *at++ = 'T';
  at = put(at, 2, clock.hours());
  *at++ = ':';
  at = put(at, 2, clock.minutes());
  *at++ = ':';
  at = put(at, 2, clock.seconds());
  *at++ = '.';
  at = put(at, 3, clock.subseconds());
  *at++ = 'Z';
  length_ = static_cast<std::size_t>(at - text_.data());
}

std::string format_time(UnixMillis time) {
  return std::string(TimeText(time));
}

std::optional<UnixMillis> parse_time(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' ||
      text[16] != ':') {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  auto rest = text.substr(19);
  std::int64_t millis = 0;
  if (rest.starts_with('.')) {
    const auto end = rest.find_first_not_of("0123456789", 1);
    auto fraction = std::string(rest.substr(1, end == rest.npos ? rest.npos : end - 1));
    if (fraction.empty() || fraction.size() > 9) return std::nullopt;
    fraction.resize(3, '0');
    millis = *parse_int(fraction);
    rest = end == rest.npos ? std::string_view{} : rest.substr(end);
  }
  const auto offset = offset_minutes(rest);
  if (!offset) return std::nullopt;
  const auto days_part = sys_days{date}.time_since_epoch().count();
  return ((days_part * 24 + *hour) * 60 + *minute - *offset) * 60'000 + *second * 1000 + millis;
}

}  // namespace bot
