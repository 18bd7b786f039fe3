#include "server/bots/script.hpp"

#include <array>
#include <utility>

#include "base/text.hpp"

namespace bot::bots {

namespace {

constexpr std::array<std::pair<Script, std::string_view>, 7> names{{
    {Script::normal, "normal"},
    {Script::never_starts, "never-starts"},
    {Script::hang, "hang"},
    {Script::silent, "silent"},
    {Script::dies, "dies"},
    {Script::ignores_leave, "ignores-leave"},
    {Script::exit1, "exit1"},
}};

}  // namespace

std::string_view name_of(Script script) {
  for (const auto& [value, name] : names) {
    if (value == script) return name;
  }
  return "normal";
}

Result<Script> parse_script(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& [value, spelled] : names) {
    if (spelled == name) return value;
    known.emplace_back(spelled);
  }
  return Error{.code = Errc::invalid_argument,
               .message = "there is no bot script '" + std::string(name) + "'",
               .hint = "use one of " + join(known, ", ")};
}

Result<ScriptRule> parse_script_rule(std::string_view text) {
  const auto split_at = text.rfind('=');
  if (split_at == std::string_view::npos || split_at == 0) {
    return Error{.code = Errc::invalid_argument,
                 .message = "the bot script rule '" + std::string(text) + "' is not PATTERN=SCRIPT",
                 .hint = "write for example 'stale-*=hang'"};
  }
  auto script = parse_script(text.substr(split_at + 1));
  if (!script) return std::move(script).error();
  return ScriptRule{std::string(text.substr(0, split_at)), *script};
}

Script script_for(const std::vector<ScriptRule>& rules, std::string_view native_meeting_id) {
  for (const ScriptRule& rule : rules) {
    if (matches_glob(rule.pattern, native_meeting_id)) return rule.script;
  }
  return Script::normal;
}

}  // namespace bot::bots
