#include "suites/running.hpp"

#include "base/text.hpp"

namespace bot::suites {

std::int64_t meeting_of(const types::RunningBot& bot) {
  if (bot.meeting_id) return *bot.meeting_id;
  return parse_int(bot.meeting_id_from_name.value_or("")).value_or(0);
}

std::string text_of(const std::set<std::int64_t>& ids) {
  std::string text;
  for (const auto id : ids)
    text += (text.empty() ? "" : ", ") + std::to_string(id);
  return text.empty() ? "none" : text;
}

}  // namespace bot::suites
