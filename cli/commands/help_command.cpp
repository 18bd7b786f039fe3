#include "base/unicode.hpp"
#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/help.hpp"

namespace bot::cli {
namespace {

Result<std::string> text_for(const Tree& tree,
                             const std::string& topic,
                             const std::string& verb,
                             Colors colors) {
  if (topic.empty()) return help_of_program(tree, colors);
  if (topic == "exit-codes") return exit_codes_text();
  if (topic == "environment") return environment_text(tree);
  const auto* noun = tree.noun(topic);
  if (noun != nullptr && verb.empty()) return help_of_noun(tree, *noun, colors);
  const auto* command = noun == nullptr ? tree.command("", topic) : tree.command(topic, verb);
  if (command != nullptr) return help_of_command(*command, colors);
  return Error{.code = Errc::invalid_argument,
               .message = "there is no help on '" + escape_for_terminal(topic) +
                          (verb.empty() ? "" : ' ' + escape_for_terminal(verb)) + "'",
               .hint = "`botctl help` lists the commands"};
}

Status run(const Arguments& arguments, Context& context) {
  const auto text = text_for(
      context.tree(), arguments.text("topic"), arguments.text("verb"), context.output().colors());
  if (!text) return text.error();
  if (context.output().is_json()) {
    context.output().object({}, {.cells = {}, .json = {{"text", *text}}, .id = {}});
  } else {
    context.output().text(*text);
  }
  return Unit{};
}

}  // namespace

Command help_command() {
  return {.noun = "",
          .verb = "help",
          .summary = "Show help on a command or a topic",
          .description = "Topics: exit-codes, environment.",
          .positionals = {{.name = "topic",
                           .help = "A noun, a command or a topic",
                           .arity = Arity::optional},
                          {.name = "verb", .help = "A verb of the noun", .arity = Arity::optional}},
          .examples = {{"botctl help users create", "the same as botctl users create --help"},
                       {"botctl help exit-codes", "what the exit codes mean"}},
          .run = run,
          .needs = Needs::nothing};
}

}  // namespace bot::cli
