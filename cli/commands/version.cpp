#include "cli/commands/commands.hpp"
#include "cli/context.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments&, Context& context) {
  const std::string number = BOTCTL_VERSION;
  context.output().done("botctl " + number,
                        {.cells = {{"botctl " + number}},
                         .json = {{"name", "botctl"}, {"version", number}},
                         .id = number});
  return Unit{};
}

}  // namespace

Command version() {
  return {
      .noun = "",
      .verb = "version",
      .summary = "Show the version of botctl",
      .description = "Asks no server. `botctl doctor` shows the server's version.",
      .examples = {{"botctl version", "for people"}, {"botctl version -o json", "for programs"}},
      .run = run,
      .needs = Needs::nothing};
}

}  // namespace bot::cli
