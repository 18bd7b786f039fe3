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
                   .verb = "enable",
                   .done = "enabled",
                   .ids = IdKind::number,
                   .act = [&](const std::string& id) -> Result<std::string> {
                     const auto answer = context.run(client::UpdateAccount{
                         .id = parse_int(id).value_or(0), .status = "active"});
                     if (!answer) return answer.error();
                     return answer->account.status;
                   }});
}

}  // namespace

Command accounts_enable() {
  return {.noun = "accounts",
          .verb = "enable",
          .summary = "Have suspended accounts work again",
          .description =
              "Their keys are taken again. Of several, each is tried; exit code 10 says that some "
              "failed.",
          .positionals = {{.name = "account",
                           .help = "Ids of accounts, or - to read them from standard input",
                           .arity = Arity::many}},
          .examples = {{"botctl accounts enable 42", "one"},
                       {"botctl accounts list --status suspended -o id | botctl accounts enable -",
                        "all of them"}},
          .run = run};
}

}  // namespace bot::cli
