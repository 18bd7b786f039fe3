// What a command is, as data: parsing, help, man pages, completions and BOTCTL_<FLAG> variables are
// all made from these specifications and from nothing else.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace bot::cli {

class Arguments;
class Context;

enum class Kind {
  flag,           // present or not
  counted_flag,   // -v, -vv, -vvv
  optional_text,  // --wait or --wait=STATE: a flag that may carry a value, only after '='
  text,
  path,
  integer,   // within [least, most]
  duration,  // with a unit: 200ms, 30s, 5m
  choice,    // one of `choices`
  list,      // comma-separated and repeatable; one of `choices` each, when there are any
};

// What a shell may offer for a value; ids are fetched from the server by `__complete`.
enum class Completes { nothing, files, users, platforms, jobs, lanes, workers };

struct Option {
  std::string_view name;  // without dashes
  char letter = 0;
  Kind kind = Kind::flag;
  std::string_view value_name = {};  // of the value in help: "DUR"
  std::string_view help = {};        // one sentence, no final period
  std::string_view default_value = {};
  std::vector<std::string_view> choices = {};
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  Completes completes = Completes::nothing;
};

enum class Arity { one, optional, many, any };  // many: at least one; any: also none

struct Positional {
  std::string_view name;  // as Arguments knows it; shown in upper case
  std::string_view help;
  Arity arity = Arity::one;
  Completes completes = Completes::nothing;
  std::vector<std::string_view> choices = {};
};

struct Example {
  std::string_view line;  // as typed
  std::string_view what;  // what it does
};

// Hidden commands are for programs (shells, the build): no help list, man page or completion.
enum class Visibility { visible, hidden };

// Whether the settings (configuration files, local server) are read before the command runs.
// Commands that talk to nobody work with a broken configuration too.
enum class Needs { settings, nothing };

struct Command {
  std::string_view noun;  // empty for `health`, `smoke`, …
  std::string_view verb;
  std::string_view summary;      // one sentence, no final period
  std::string_view description;  // paragraphs separated by an empty line
  std::vector<Positional> positionals = {};
  std::vector<Option> options = {};
  std::vector<Example> examples = {};
  Status (*run)(const Arguments& arguments, Context& context) = nullptr;
  Visibility visibility = Visibility::visible;
  Needs needs = Needs::settings;

  // "users list", "health".
  std::string path() const;
};

// A word that groups commands: botctl NOUN VERB.
struct Noun {
  std::string_view name;
  std::string_view summary;
  std::string_view description;
};

struct Tree {
  std::vector<Noun> nouns;
  std::vector<Command> commands;  // in the order of help

  const Noun* noun(std::string_view name) const;
  // The command `noun verb`; `noun` empty for those without one.
  const Command* command(std::string_view noun, std::string_view verb) const;
  std::vector<const Command*> verbs_of(std::string_view noun) const;  // visible ones
};

// The options that every command takes, before or after its own.
const std::vector<Option>& global_options();

// The option of the command or the global one with that name (without dashes) or letter; null when
// there is none. `command` may be null: global options only.
const Option* find_option(const Command* command, std::string_view name);
const Option* find_option(const Command* command, char letter);

bool takes_value(const Option& option);  // as the next word
bool repeats(const Option& option);

// "--admin-key-file" is set by BOTCTL_ADMIN_KEY_FILE.
std::string variable_of(const Option& option);
// False for --help and --version, which make no sense in an environment.
bool has_variable(const Option& option);

}  // namespace bot::cli
