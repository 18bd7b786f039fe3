#include <algorithm>

#include "cli/parse.hpp"

namespace bot::cli {
namespace {

// How an option word reads: does its value stand in the next word, and does it ask for help?
struct OptionWord {
  bool known = false;
  bool value_follows = false;
  bool help = false;
  bool version = false;
};

OptionWord read_option(const Command* command, const std::string& word) {
  OptionWord read;
  if (word.rfind("--", 0) == 0) {
    const auto equals = word.find('=');
    const auto* option = find_option(command, word.substr(2, equals - 2));
    if (option == nullptr) return read;
    read.known = true;
    read.help = option->name == "help";
    read.version = option->name == "version";
    read.value_follows = equals == std::string::npos && takes_value(*option);
    return read;
  }
  for (std::size_t i = 1; i < word.size(); ++i) {
    const auto* option = find_option(command, word[i]);
    read.known = option != nullptr;
    if (option == nullptr) return read;
    read.help = read.help || option->name == "help";
    read.version = read.version || option->name == "version";
    if (takes_value(*option)) {
      read.value_follows = i + 1 == word.size();
      return read;
    }
  }
  return read;
}

void step(const Tree& tree, const std::string& word, std::size_t index, Location& at) {
  if (at.command != nullptr || !at.unknown.empty()) return;
  const std::string_view noun = at.noun == nullptr ? std::string_view{} : at.noun->name;
  if (const auto* command = tree.command(noun, word)) {
    at.command = command;
  } else if (const auto* found = tree.noun(word); at.noun == nullptr && found != nullptr) {
    at.noun = found;
  } else {
    at.unknown = word;
    return;
  }
  at.used.push_back(index);
}

}  // namespace

Location locate(const Tree& tree, const std::vector<std::string>& words) {
  Location at;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word == "--") break;
    if (word.size() > 1 && word[0] == '-') {
      const auto read = read_option(at.command, word);
      at.help = at.help || read.help;
      at.version = at.version || read.version;
      if (!read.known && at.command == nullptr && at.stray.empty()) at.stray = word;
      if (read.value_follows) ++i;
    } else {
      step(tree, word, i, at);
    }
  }
  return at;
}

bool asks_for_json(const std::vector<std::string>& words) {
  const auto is_json = [](std::string_view value) { return value == "json" || value == "ndjson"; };
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const std::string_view word = words[i];
    if (word == "--json" || word == "-ojson" || word == "-ondjson") return true;
    if (word.rfind("--output=", 0) == 0 && is_json(word.substr(9))) return true;
    if ((word == "-o" || word == "--output") && i + 1 < words.size() && is_json(words[i + 1])) {
      return true;
    }
  }
  return false;
}

}  // namespace bot::cli
