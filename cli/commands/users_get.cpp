#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/targets.hpp"
#include "cli/views.hpp"
#include "client/ops/get_user.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto id = user_id_of(context, arguments.text("user"));
  if (!id) return id.error();
  const auto detail = context.run(client::GetUser{.id = *id});
  if (!detail) return detail.error();
  auto record = record_of(detail->user);
  record.json = *detail;
  context.output().object(user_columns(), record);
  return Unit{};
}

}  // namespace

Command users_get() {
  return {.noun = "users",
          .verb = "get",
          .summary = "Show one user",
          .description = "With -o json also the user's tokens, without their values.",
          .positionals = {user_positional()},
          .examples = {{"botctl users get 42", "the user with that id"},
                       {"botctl users get ada@example.com -o json", "by e-mail, as JSON"}},
          .run = run};
}

}  // namespace bot::cli
