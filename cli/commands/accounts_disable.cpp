#include "cli/account_status.hpp"
#include "cli/commands/commands.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  return change_accounts(
      arguments, context, {.verb = "disable", .done = "disabled", .status = "suspended"});
}

}  // namespace

Command accounts_disable() {
  return {.noun = "accounts",
          .verb = "disable",
          .summary = "Suspend accounts: their keys are refused",
          .description =
              "`botctl accounts enable` undoes it. Of several, each is tried; exit code 10 says "
              "that some failed. Nothing is done where a word can be no account. Columns: id, "
              "result, error, "
              "the word that named it (JSON: account).",
          .positionals = {many_accounts_positional()},
          .examples = {{"botctl accounts disable 42", "one"},
                       {"botctl accounts disable ada", "one, by its username"},
                       {"botctl accounts list --status active -o id | botctl accounts disable -",
                        "all of them"}},
          .run = run};
}

}  // namespace bot::cli
