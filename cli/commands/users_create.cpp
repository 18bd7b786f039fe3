#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/views.hpp"
#include "client/ops/create_user.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto& email = arguments.text("email");
  const auto made =
      context.run(client::CreateUser{.email = email,
                                     .name = arguments.maybe("name"),
                                     .image_url = arguments.maybe("image-url"),
                                     .max_concurrent_bots = arguments.integer("max-bots")});
  if (!made) return made.error();
  if (!made->created) {
    return Error{
        .code = Errc::conflict,
        .message = "user " + email + " exists already, with id " + std::to_string(made->user.id),
        .hint = "`botctl users ensure` takes a user that may exist"};
  }
  context.output().object(user_columns(), record_of(made->user));
  context.note("created user " + std::to_string(made->user.id));
  return Unit{};
}

}  // namespace

Command users_create() {
  return {.noun = "users",
          .verb = "create",
          .summary = "Create a user",
          .description =
              "A user with that e-mail address who exists already is left unchanged, "
              "and the command fails with exit code 6.",
          .positionals = {{.name = "email", .help = "The new user's e-mail address"}},
          .options = {name_option(), image_url_option(), max_bots_option()},
          .examples = {{"botctl users create ada@example.com --max-bots 2", "who may run two bots"},
                       {"id=$(botctl users create ada@example.com -o id)", "keep the id"}},
          .run = run};
}

}  // namespace bot::cli
