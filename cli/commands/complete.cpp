#include <ostream>

#include "base/unicode.hpp"
#include "cli/commands/commands.hpp"
#include "cli/completions.hpp"
#include "cli/context.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto completion = complete_words(context.tree(), arguments.list("words"));
  auto& out = context.output().stream();
  for (const auto& candidate : completion.candidates) {
    out << escape_for_terminal(candidate.value) << '\t' << escape_for_terminal(candidate.what)
        << '\n';
  }
  out << (completion.otherwise == Otherwise::files ? ":0\n" : ":4\n");
  return Unit{};
}

}  // namespace

Command complete() {
  return {.noun = "",
          .verb = "__complete",
          .summary = "Print what may stand at the end of a command line",
          .description = "",
          .positionals = {{.name = "words",
                           .help = "The words after botctl; the last one is being typed",
                           .arity = Arity::many}},
          .examples = {{"botctl __complete -- users ''", "the verbs of users"},
                       {"botctl __complete -- users list --l", "its options that begin so"}},
          .run = run,
          .visibility = Visibility::hidden,
          .needs = Needs::nothing};
}

}  // namespace bot::cli
