// The values that a command runs with, whatever they came from. Each was checked against its
// option's kind before it got in here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "cli/command.hpp"

namespace bot::cli {

enum class Source { command_line, environment, config, builtin };

class Arguments {
 public:
  explicit Arguments(const Command& command) : command_(&command) {}

  const Command& command() const { return *command_; }

  // Checks `texts` against the option and stores them. `where` names the place for messages:
  // "--limit", "BOTCTL_LIMIT", "defaults.limit in /…/config.toml". Error: invalid_argument.
  Status set(const Option& option,
             std::vector<std::string> texts,
             Source source,
             const std::string& where);
  void set_positional(std::string_view name, std::vector<std::string> texts);

  // All of these throw std::logic_error for a name that the command does not have: a bug of ours.
  bool has(std::string_view name) const;                          // given, by whatever source
  std::optional<Source> source_of(std::string_view name) const;   // nullopt: not given
  bool flag(std::string_view name) const;                         // flags
  std::size_t count(std::string_view name) const;                 // counted flags
  const std::string& text(std::string_view name) const;           // empty when not given
  std::optional<std::string> maybe(std::string_view name) const;  // text when given
  std::optional<std::int64_t> integer(std::string_view name) const;
  std::optional<Millis> duration(std::string_view name) const;
  const std::vector<std::string>& list(std::string_view name) const;

 private:
  struct Value {
    std::vector<std::string> texts;
    Source source = Source::command_line;
  };

  const Value* find(std::string_view name) const;

  const Command* command_;
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace bot::cli
