#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/targets.hpp"
#include "client/ops/delete_user.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto& named = arguments.text("user");
  auto sure = context.confirm(
      "Delete user " + named + " with all tokens, meetings and transcripts?", arguments);
  if (!sure) return sure;
  const auto id = user_id_of(context, named);
  if (!id) return id.error();
  const auto answer = context.run(client::DeleteUser{.id = *id});
  if (!answer) return answer.error();
  const auto text = std::to_string(*id);
  context.output().done(
      "deleted user " + text,
      {.cells = {{text}, {"deleted"}}, .json = {{"id", *id}, {"deleted", true}}, .id = text});
  return Unit{};
}

}  // namespace

Command users_delete() {
  return {.noun = "users",
          .verb = "delete",
          .summary = "Delete a user; its bots are stopped first",
          .description = "Asks on a terminal; anywhere else --yes is needed.",
          .positionals = {user_positional()},
          .options = {yes_option()},
          .examples = {{"botctl users delete 42", "asks first"},
                       {"botctl users delete ada@example.com --yes", "for scripts"}},
          .run = run};
}

}  // namespace bot::cli
