#include "base/text.hpp"
#include "cli/bulk.hpp"
#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "client/ops/update_account.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  return run_bulk(arguments,
                  context,
                  {.noun = "account",
                   .positional = "account",
                   .verb = "disable",
                   .done = "disabled",
                   .ids = IdKind::number,
                   .act = [&](const std::string& id) -> Result<std::string> {
                     const auto answer = context.run(client::UpdateAccount{
                         .id = parse_int(id).value_or(0), .status = "suspended"});
                     if (!answer) return answer.error();
                     return answer->account.status;
                   }});
}

}  // namespace

Command accounts_disable() {
  return {.noun = "accounts",
          .verb = "disable",
          .summary = "Suspend accounts: their keys are refused",
          .description =
              "`botctl accounts enable` undoes it. Of several, each is tried; exit code 10 says "
              "that some failed.",
          .positionals = {{.name = "account",
                           .help = "Ids of accounts, or - to read them from standard input",
                           .arity = Arity::many}},
          .examples = {{"botctl accounts disable 42", "one"},
                       {"botctl accounts list --status active -o id | botctl accounts disable -",
                        "all of them"}},
          .run = run};
}

}  // namespace bot::cli
