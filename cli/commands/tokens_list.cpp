#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/targets.hpp"
#include "cli/views.hpp"
#include "client/ops/list_tokens.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto id = user_id_of(context, arguments.text("user"));
  if (!id) return id.error();
  const auto tokens = context.run(client::ListTokens{.user_id = *id});
  if (!tokens) return tokens.error();
  context.output().list(token_columns(), records_of(*tokens));
  if (tokens->empty()) context.note("no tokens");
  return Unit{};
}

}  // namespace

Command tokens_list() {
  return {.noun = "tokens",
          .verb = "list",
          .summary = "List a user's tokens",
          .description = "Their values are not kept by the service and cannot be shown.",
          .positionals = {user_positional()},
          .examples = {{"botctl tokens list 42", "those of the user with that id"},
                       {"botctl tokens list ada@example.com -o id", "only their ids"}},
          .run = run};
}

}  // namespace bot::cli
