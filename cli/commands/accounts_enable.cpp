#include "cli/account_status.hpp"
#include "cli/commands/commands.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  return change_accounts(
      arguments, context, {.verb = "enable", .done = "enabled", .status = "active"});
}

}  // namespace

Command accounts_enable() {
  return {.noun = "accounts",
          .verb = "enable",
          .summary = "Have suspended accounts work again",
          .description =
              "Their keys are taken again. Of several, each is tried; exit code 10 says that some "
              "failed. Nothing is done where a word can be no account. Columns: id, result, error, "
              "the word that named it (JSON: account).",
          .positionals = {many_accounts_positional()},
          .examples = {{"botctl accounts enable 42", "one"},
                       {"botctl accounts enable ada", "one, by its username"},
                       {"botctl accounts list --status suspended -o id | botctl accounts enable -",
                        "all of them"}},
          .run = run};
}

}  // namespace bot::cli
