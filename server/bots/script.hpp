#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace bot::bots {

// How a bot of ours behaves. All but `normal` are ways to fail, there so that cleanup, limits and
// the smoke suites can be tried against real failures; chosen by server configuration only.
enum class Script {
  normal,
  never_starts,   // comes up and calls back never
  hang,           // joins and stays in the lobby for ever, with heartbeats
  silent,         // becomes active and is never heard of again, but obeys commands
  dies,           // ends with code 1 when active, without a word
  ignores_leave,  // obeys every command but leave
  exit1,          // fails while joining and says so: exit code 1, join_meeting_error
};

// "never-starts", as typed in PATTERN=SCRIPT.
std::string_view name_of(Script script);
Result<Script> parse_script(std::string_view name);

// One --bot-script: PATTERN is a glob (* and ?) over the native meeting id.
struct ScriptRule {
  std::string pattern;
  Script script = Script::normal;

  bool operator==(const ScriptRule&) const = default;
};

// "PATTERN=SCRIPT", split at the last '='.
Result<ScriptRule> parse_script_rule(std::string_view text);

// The script of the first rule that matches, else normal.
Script script_for(const std::vector<ScriptRule>& rules, std::string_view native_meeting_id);

}  // namespace bot::bots
