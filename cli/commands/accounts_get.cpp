#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/targets.hpp"
#include "cli/views.hpp"
#include "client/ops/get_account.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto id = account_id_of(context, arguments.text("account"));
  if (!id) return id.error();
  const auto answer = context.run(client::GetAccount{.id = *id});
  if (!answer) return answer.error();
  context.output().object(account_columns(), record_of(answer->account));
  return Unit{};
}

}  // namespace

Command accounts_get() {
  return {.noun = "accounts",
          .verb = "get",
          .summary = "Show one account",
          .description = "The value of its token is not among it: `botctl jobs tokens` gets those.",
          .positionals = {account_positional()},
          .examples = {{"botctl accounts get 42", "as a card"},
                       {"botctl accounts get ada", "by its username"},
                       {"botctl accounts get 42 -o json | jq .status", "for a program"}},
          .run = run};
}

}  // namespace bot::cli
