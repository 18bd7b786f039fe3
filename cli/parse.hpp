// From words to what was asked for. Nothing runs here.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "cli/command.hpp"

namespace bot::cli {

// A command with what the words said, unchecked but for their number. Options by name.
struct Invocation {
  const Command* command = nullptr;
  std::map<std::string, std::vector<std::string>, std::less<>> options;
  std::map<std::string, std::vector<std::string>, std::less<>> positionals;
};

// Help was asked for: of a command, of a noun, or (both null) of the program.
struct HelpRequest {
  const Noun* noun = nullptr;
  const Command* command = nullptr;
};

struct VersionRequest {};

using Parsed = std::variant<Invocation, HelpRequest, VersionRequest>;

// `words` are argv without the program's name. --help and --version win over any other mistake.
// Options may stand before, between and after the words. Error: invalid_argument with the nearest
// known name as its hint.
Result<Parsed> parse(const Tree& tree, const std::vector<std::string>& words);

// How far `words` lead into the tree, skipping options and their values: for help, completions and
// messages. `used` are the indexes of the words that named the noun and the verb.
struct Location {
  const Noun* noun = nullptr;
  const Command* command = nullptr;
  std::vector<std::size_t> used;
  std::string unknown;  // the first word that named nothing, empty when there was none
  std::string stray;    // the first option before a command that no command-less line knows
  bool help = false;
  bool version = false;
};
Location locate(const Tree& tree, const std::vector<std::string>& words);

// True when the words ask for JSON, as far as that can be seen without understanding them: errors
// in the words themselves are reported as JSON too.
bool asks_for_json(const std::vector<std::string>& words);

}  // namespace bot::cli
