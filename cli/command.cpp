#include "cli/command.hpp"

#include <algorithm>
#include <cctype>

namespace bot::cli {

std::string Command::path() const {
  return noun.empty() ? std::string(verb) : std::string(noun) + ' ' + std::string(verb);
}

const Noun* Tree::noun(std::string_view name) const {
  const auto found =
      std::find_if(nouns.begin(), nouns.end(), [&](const Noun& each) { return each.name == name; });
  return found == nouns.end() ? nullptr : &*found;
}

const Command* Tree::command(std::string_view noun, std::string_view verb) const {
  const auto found = std::find_if(commands.begin(), commands.end(), [&](const Command& each) {
    return each.noun == noun && each.verb == verb;
  });
  return found == commands.end() ? nullptr : &*found;
}

std::vector<const Command*> Tree::verbs_of(std::string_view noun) const {
  std::vector<const Command*> found;
  for (const auto& each : commands) {
    if (each.noun == noun && each.visibility == Visibility::visible) found.push_back(&each);
  }
  return found;
}

const std::vector<Option>& global_options() {
  static const std::vector<Option> options = {
      {.name = "output",
       .letter = 'o',
       .kind = Kind::choice,
       .value_name = "FORMAT",
       .help = "Output format; auto is a table on a terminal and tab-separated lines in a pipe",
       .default_value = "auto",
       .choices = {"auto", "table", "tsv", "json", "ndjson", "id"}},
      {.name = "json", .help = "The same as -o json"},
      {.name = "server",
       .kind = Kind::text,
       .value_name = "URL",
       .help = "Base URL of the service; without it that of the context, else of a local botd"},
      {.name = "context",
       .letter = 'c',
       .kind = Kind::text,
       .value_name = "NAME",
       .help = "Context of the configuration file to use"},
      {.name = "admin-key-file",
       .kind = Kind::path,
       .value_name = "FILE",
       .help = "File that holds the admin key; only its owner may be able to read it",
       .completes = Completes::files},
      {.name = "api-key-file",
       .kind = Kind::path,
       .value_name = "FILE",
       .help = "File that holds a user's API key; only its owner may be able to read it",
       .completes = Completes::files},
      {.name = "cacert",
       .kind = Kind::path,
       .value_name = "FILE",
       .help = "PEM file of the certificate authorities to trust, instead of the system's",
       .completes = Completes::files},
      {.name = "timeout",
       .kind = Kind::duration,
       .value_name = "DUR",
       .help = "Time limit of the whole command, such as 500ms, 30s or 5m"},
      {.name = "retries",
       .kind = Kind::integer,
       .value_name = "N",
       .help = "How often a safe request is repeated after a failure",
       .default_value = "2",
       .most = 100},
      {.name = "color",
       .kind = Kind::choice,
       .value_name = "WHEN",
       .help = "Colours: auto, always or never",
       .default_value = "auto",
       .choices = {"auto", "always", "never"}},
      {.name = "no-input", .help = "Never ask; fail where an answer would be needed"},
      {.name = "quiet", .letter = 'q', .help = "Print data and errors only, no notes"},
      {.name = "verbose",
       .letter = 'v',
       .kind = Kind::counted_flag,
       .help = "Show each request on standard error; -vv with headers, -vvv with bodies"},
      {.name = "help", .letter = 'h', .help = "Show help"},
      {.name = "version", .letter = 'V', .help = "Show the version of botctl"},
  };
  return options;
}

namespace {

template <typename Matches>
const Option* find_where(const Command* command, Matches matches) {
  if (command != nullptr) {
    const auto own = std::find_if(command->options.begin(), command->options.end(), matches);
    if (own != command->options.end()) return &*own;
  }
  const auto& globals = global_options();
  const auto global = std::find_if(globals.begin(), globals.end(), matches);
  return global == globals.end() ? nullptr : &*global;
}

}  // namespace

const Option* find_option(const Command* command, std::string_view name) {
  return find_where(command, [&](const Option& each) { return each.name == name; });
}

const Option* find_option(const Command* command, char letter) {
  if (letter == 0) return nullptr;
  return find_where(command, [&](const Option& each) { return each.letter == letter; });
}

bool takes_value(const Option& option) {
  switch (option.kind) {
    case Kind::flag:
    case Kind::counted_flag:
    case Kind::optional_text:
      return false;
    case Kind::text:
    case Kind::path:
    case Kind::integer:
    case Kind::duration:
    case Kind::choice:
    case Kind::list:
      return true;
  }
  return false;
}

bool repeats(const Option& option) {
  return option.kind == Kind::list;
}

std::string variable_of(const Option& option) {
  std::string name = "BOTCTL_";
  for (const char c : option.name) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

bool has_variable(const Option& option) {
  return option.name != "help" && option.name != "version";
}

}  // namespace bot::cli
