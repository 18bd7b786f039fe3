#include "cli/parse.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace bot::cli {
namespace {

Error usage(std::string message, std::string hint) {
  return Error{
      .code = Errc::invalid_argument, .message = std::move(message), .hint = std::move(hint)};
}

std::string quoted(const std::string& word) {
  return "'" + escape_for_terminal(word) + "'";
}

// Every word that could have stood where `at.unknown` stands.
Error unknown_command(const Tree& tree, const Location& at) {
  std::vector<std::string> names;
  const std::string_view noun = at.noun == nullptr ? std::string_view{} : at.noun->name;
  for (const auto* command : tree.verbs_of(noun))
    names.emplace_back(command->verb);
  if (at.noun == nullptr) {
    for (const auto& each : tree.nouns)
      names.emplace_back(each.name);
  }
  const std::string program = at.noun == nullptr ? "botctl" : "botctl " + std::string(noun);
  const auto near = nearest(at.unknown, names);
  return usage(
      program + " has no command " + quoted(at.unknown),
      near ? "did you mean '" + *near + "'?" : "run `" + program + " --help` for the list");
}

Error missing_verb(const Tree& tree, const Noun& noun) {
  std::vector<std::string> verbs;
  for (const auto* command : tree.verbs_of(noun.name))
    verbs.emplace_back(command->verb);
  const std::string name(noun.name);
  return usage("botctl " + name + " needs a verb: " + join(verbs, ", "),
               "run `botctl " + name + " --help`");
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

Error missing_positional(const Command& command, const Positional& positional) {
  return usage("botctl " + command.path() + " needs " + upper(positional.name),
               "run `botctl " + command.path() + " --help`");
}

// Hands the words out to the command's positionals, left to right.
Status assign_positionals(const std::vector<std::string>& words, Invocation& into) {
  std::size_t next = 0;
  for (const auto& positional : into.command->positionals) {
    std::vector<std::string> values;
    const bool several = positional.arity == Arity::many || positional.arity == Arity::any;
    const bool required = positional.arity == Arity::one || positional.arity == Arity::many;
    const std::size_t most = several ? words.size() : 1;
    while (next < words.size() && values.size() < most)
      values.push_back(words[next++]);
    if (values.empty() && required) {
      return missing_positional(*into.command, positional);
    }
    if (!values.empty()) {
      into.positionals.insert_or_assign(std::string(positional.name), std::move(values));
    }
  }
  if (next < words.size()) {
    return usage("botctl " + into.command->path() + " takes no argument " + quoted(words[next]),
                 "run `botctl " + into.command->path() + " --help`");
  }
  return Unit{};
}

CLI::Option* declare(CLI::App& app, const Option& option) {
  std::string names;
  if (option.letter != 0) names = std::string("-") + option.letter + ",";
  names += "--" + std::string(option.name);
  CLI::Option* declared = nullptr;
  if (takes_value(option)) {
    declared = app.add_option(names)->expected(1);
  } else {
    if (option.kind == Kind::optional_text) names += "{" + std::string(option.default_value) + "}";
    declared = app.add_flag(names);
    if (option.kind != Kind::optional_text) declared->disable_flag_override();
  }
  // Whether a repetition adds or replaces is decided by Arguments, not here.
  declared->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  declared->allow_extra_args(false);
  return declared;
}

// `command` is null before any was named.
Error unknown_option(const Command* command, const std::string& word) {
  const std::string program = command == nullptr ? "botctl" : "botctl " + command->path();
  std::vector<std::string> names;
  if (command != nullptr) {
    for (const auto& option : command->options)
      names.push_back("--" + std::string(option.name));
  }
  for (const auto& option : global_options())
    names.push_back("--" + std::string(option.name));
  const auto typed = word.substr(0, word.find('='));
  if (typed == "--token" || typed == "--api-key" || typed == "--admin-key") {
    return usage(
        "there is no option " + typed + ": a secret on a command line can be read by others",
        "set BOTCTL_API_KEY or BOTCTL_ADMIN_KEY, or use --api-key-file or --admin-key-file");
  }
  const auto near = nearest(typed, names);
  return usage(program + " has no option " + quoted(typed),
               near                 ? "did you mean '" + *near + "'?"
               : command == nullptr ? "options of a command stand after its name"
                                    : "run `" + program + " --help` for the list");
}

// In our words: the library says "--server: 1 required  missing" and "quiet was given a disallowed
// flag override".
std::string value_mistake(const std::string& text) {
  const auto name = escape_for_terminal(text.substr(0, text.find_first_of(": ")));
  const bool missing = text.find(" required ") != std::string::npos;
  return missing ? name + " needs a value" : "--" + name + " takes no value";
}

// One CLI11 app for the one command that was named: ids that happen to be called like a command
// stay ids, options work on either side of the words, and start-up does not pay for the others.
Result<Invocation> parse_leaf(const Command& command, std::vector<std::string> words) {
  CLI::App app;
  app.set_help_flag();
  std::map<std::string, CLI::Option*> options;
  for (const auto& option : global_options()) {
    options[std::string(option.name)] = declare(app, option);
  }
  for (const auto& option : command.options) {
    options[std::string(option.name)] = declare(app, option);
  }
  std::vector<CLI::Option*> positionals;
  for (std::size_t i = 0; i < words.size(); ++i) {
    positionals.push_back(app.add_option("word" + std::to_string(i))->expected(1));
    positionals.back()->allow_extra_args(false);
  }
  std::reverse(words.begin(), words.end());
  try {
    app.parse(words);
  } catch (const CLI::ExtrasError&) {
    return unknown_option(&command, app.remaining().empty() ? "" : app.remaining().front());
  } catch (const CLI::ArgumentMismatch& error) {
    return usage(value_mistake(error.what()), "run `botctl " + command.path() + " --help`");
  } catch (const CLI::ParseError& error) {
    return usage("botctl " + command.path() + ": " + escape_for_terminal(error.what()),
                 "run `botctl " + command.path() + " --help`");
  }
  Invocation invocation{.command = &command, .options = {}, .positionals = {}};
  for (const auto& [name, option] : options) {
    if (option->count() > 0) invocation.options.insert_or_assign(name, option->results());
  }
  std::vector<std::string> given;
  for (const auto* word : positionals) {
    if (word->count() > 0) given.push_back(word->results().front());
  }
  if (auto status = assign_positionals(given, invocation); !status) return status.error();
  return invocation;
}

}  // namespace

Result<Parsed> parse(const Tree& tree, const std::vector<std::string>& words) {
  const auto at = locate(tree, words);
  if (at.help) return Parsed(HelpRequest{.noun = at.noun, .command = at.command});
  if (at.version) return Parsed(VersionRequest{});
  if (at.command == nullptr) {
    // The word after an unknown option may be its value, and secret.
    if (!at.stray.empty()) return unknown_option(nullptr, at.stray);
    if (!at.unknown.empty()) return unknown_command(tree, at);
    if (at.noun != nullptr) return missing_verb(tree, *at.noun);
    if (words.empty()) return Parsed(HelpRequest{});
    return usage("a command is needed", "run `botctl --help` for the list");
  }
  std::vector<std::string> rest;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (std::find(at.used.begin(), at.used.end(), i) == at.used.end()) rest.push_back(words[i]);
  }
  auto invocation = parse_leaf(*at.command, std::move(rest));
  if (!invocation) return invocation.error();
  return Parsed(std::move(invocation).value());
}

}  // namespace bot::cli
