#include "server/events/stream_entry.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace bot::events {
namespace {

struct Id {
  std::int64_t milliseconds = 0;
  std::int64_t number = 0;
};

std::optional<Id> parse_id(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == text.npos) return std::nullopt;
  const auto milliseconds = parse_int(text.substr(0, dash));
  const auto number = parse_int(text.substr(dash + 1));
  if (!milliseconds || !number || *milliseconds < 0 || *number < 0) return std::nullopt;
  return Id{*milliseconds, *number};
}

}  // namespace

const std::string* StreamEntry::field(std::string_view name) const {
  const auto found = std::find_if(
      fields.begin(), fields.end(), [&](const auto& one) { return one.first == name; });
  return found == fields.end() ? nullptr : &found->second;
}

UnixMillis StreamEntry::at() const {
  const auto parsed = parse_id(id);
  return parsed ? parsed->milliseconds : 0;
}

std::int64_t StreamEntry::position() const {
  constexpr int bits = 20;
  constexpr std::int64_t most = (std::int64_t{1} << bits) - 1;
  const auto parsed = parse_id(id);
  if (!parsed || parsed->milliseconds > (std::int64_t{1} << (62 - bits))) return 0;
  return (parsed->milliseconds << bits) + std::min(parsed->number, most);
}

}  // namespace bot::events
