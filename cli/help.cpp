#include "cli/help.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <vector>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/exit_code.hpp"

namespace bot::cli {
namespace {

constexpr std::size_t line_width = 80;

using Entries = std::vector<std::pair<std::string, std::string>>;

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

std::string heading(std::string_view text, Colors colors) {
  return '\n' + styled(text, Style::bold, colors) + '\n';
}

// The words of `text` in lines, each line but the first indented by `indent` blanks.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string result;
  std::size_t column = indent;
  for (const auto word : split(text, ' ')) {
    if (column > indent && column + 1 + display_width(word) > line_width) {
      result += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += display_width(word);
  }
  return result;
}

// Two columns; a long left side gets a line of its own.
std::string listed(const Entries& entries) {
  std::size_t widest = 0;
  for (const auto& [left, right] : entries)
    widest = std::max(widest, left.size());
  const std::size_t indent = std::min<std::size_t>(widest, 24) + 4;
  std::string result;
  for (const auto& [left, right] : entries) {
    result += "  " + left;
    if (left.size() + 4 > indent) {
      result += '\n' + std::string(indent, ' ');
    } else {
      result += std::string(indent - left.size() - 2, ' ');
    }
    result += wrapped(right, indent) + '\n';
  }
  return result;
}

std::string paragraphs(std::string_view text) {
  std::string result;
  for (const auto line : split(text, '\n'))
    result += wrapped(line, 0) + '\n';
  return result;
}

Entries entries_of(const std::vector<Option>& options) {
  Entries entries;
  for (const auto& option : options) {
    const std::string indent = option.letter == 0 ? "    " : "";
    entries.emplace_back(indent + spelling_of(option), explanation_of(option));
  }
  return entries;
}

std::string examples_of(const std::vector<Example>& examples, Colors colors) {
  std::string result;
  for (const auto& example : examples) {
    result += "  " + styled("# " + std::string(example.what), Style::dim, colors) + '\n';
    result += "  " + std::string(example.line) + '\n';
  }
  return result;
}

}  // namespace

std::string synopsis_of(const Command& command) {
  std::string line = "botctl " + command.path();
  for (const auto& positional : command.positionals) {
    const auto name = upper(positional.name);
    switch (positional.arity) {
      case Arity::one:
        line += ' ' + name;
        break;
      case Arity::optional:
        line += " [" + name + ']';
        break;
      case Arity::many:
        line += ' ' + name + "...";
        break;
      case Arity::any:
        line += " [" + name + "...]";
        break;
    }
  }
  return line + " [options]";
}

std::string spelling_of(const Option& option) {
  std::string text;
  if (option.letter != 0) text += std::string("-") + option.letter + ", ";
  text += "--" + std::string(option.name);
  if (option.kind == Kind::optional_text) return text + "[=" + std::string(option.value_name) + ']';
  if (takes_value(option)) text += ' ' + std::string(option.value_name);
  return text;
}

std::string explanation_of(const Option& option) {
  std::vector<std::string> facts;
  if (!option.default_value.empty() && option.kind != Kind::flag) {
    facts.push_back("default: " + std::string(option.default_value));
  }
  if (!option.choices.empty()) {
    facts.push_back(
        "one of: " +
        join(std::vector<std::string>(option.choices.begin(), option.choices.end()), ", "));
  }
  std::string text(option.help);
  if (!facts.empty()) text += " (" + join(facts, "; ") + ')';
  return text;
}

std::string help_of_command(const Command& command, Colors colors) {
  std::string text = std::string(command.summary) + ".\n";
  text += heading("Usage:", colors) + "  " + synopsis_of(command) + '\n';
  if (!command.description.empty()) text += '\n' + paragraphs(command.description);
  if (!command.positionals.empty()) {
    Entries entries;
    for (const auto& positional : command.positionals) {
      entries.emplace_back(upper(positional.name), std::string(positional.help));
    }
    text += heading("Arguments:", colors) + listed(entries);
  }
  if (!command.options.empty()) {
    text += heading("Options:", colors) + listed(entries_of(command.options));
  }
  if (!command.examples.empty()) {
    text += heading("Examples:", colors) + examples_of(command.examples, colors);
  }
  return text + "\nRun `botctl --help` for the options that every command takes.\n";
}

std::string help_of_noun(const Tree& tree, const Noun& noun, Colors colors) {
  std::string text = std::string(noun.summary) + ".\n";
  text += heading("Usage:", colors) + "  botctl " + std::string(noun.name) + " VERB [options]\n";
  if (!noun.description.empty()) text += '\n' + paragraphs(noun.description);
  Entries entries;
  for (const auto* command : tree.verbs_of(noun.name)) {
    entries.emplace_back(std::string(command->verb), std::string(command->summary));
  }
  text += heading("Verbs:", colors) + listed(entries);
  return text + "\nRun `botctl " + std::string(noun.name) + " VERB --help` for more.\n";
}

std::string help_of_program(const Tree& tree, Colors colors) {
  std::string text = "Administers and smoke-tests a meeting-bot service.\n";
  text += heading("Usage:", colors) + "  botctl NOUN VERB [options]\n";
  Entries nouns;
  for (const auto& noun : tree.nouns) {
    nouns.emplace_back(std::string(noun.name), std::string(noun.summary));
  }
  text += heading("Nouns:", colors) + listed(nouns);
  Entries commands;
  for (const auto* command : tree.verbs_of("")) {
    commands.emplace_back(std::string(command->verb), std::string(command->summary));
  }
  text += heading("Commands:", colors) + listed(commands);
  text += heading("Global options:", colors) + listed(entries_of(global_options()));
  return text +
         "\nRun `botctl NOUN --help` for its verbs, `botctl help exit-codes` for the exit codes,\n"
         "`botctl help environment` for the variables.\n";
}

std::string exit_codes_text() {
  Entries entries;
  for (const auto& row : exit_code_table()) {
    entries.emplace_back(std::to_string(static_cast<int>(row.code)), std::string(row.when));
  }
  return "An unknown non-zero code means failure.\n\n" + listed(entries);
}

std::string environment_text(const Tree& tree) {
  Entries entries = {
      {"BOTCTL_API_KEY", "A user's API key"},
      {"BOTCTL_ADMIN_KEY", "The admin key"},
      {"BOTCTL_SERVER_FILE", "File whose first line is the server's URL"},
      {"BOTCTL_FORCE_TTY", "Counts as a terminal of that many columns (1: 80)"},
      {"NO_COLOR, CLICOLOR, CLICOLOR_FORCE", "Colours, as everywhere"},
      {"XDG_CONFIG_HOME, XDG_STATE_HOME", "Where configuration and state are"},
  };
  std::set<std::string> seen;
  const auto add = [&](const Option& option) {
    if (!has_variable(option) || !seen.insert(variable_of(option)).second) return;
    entries.emplace_back(variable_of(option), "The same as --" + std::string(option.name));
  };
  for (const auto& option : global_options())
    add(option);
  for (const auto& command : tree.commands) {
    if (command.visibility == Visibility::hidden) continue;
    for (const auto& option : command.options)
      add(option);
  }
  return "An empty variable counts as unset. An option on the command line wins.\n\n" +
         listed(entries);
}

}  // namespace bot::cli
