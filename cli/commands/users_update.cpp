#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/targets.hpp"
#include "cli/views.hpp"
#include "client/ops/update_user.hpp"

namespace bot::cli {
namespace {

Result<client::UpdateUser> update_of(const Arguments& arguments) {
  client::UpdateUser update{.name = arguments.maybe("name"),
                            .image_url = arguments.maybe("image-url"),
                            .max_concurrent_bots = arguments.integer("max-bots")};
  if (const auto text = arguments.maybe("data")) {
    auto data = types::parse(*text);
    if (!data || !data->is_object()) {
      return Error{.code = Errc::invalid_argument, .message = "--data is not a JSON object"};
    }
    update.data = std::move(data).value();
  }
  if (!update.name && !update.image_url && !update.max_concurrent_bots && !update.data) {
    return Error{.code = Errc::invalid_argument,
                 .message = "nothing to change",
                 .hint = "give --name, --image-url, --max-bots or --data"};
  }
  return update;
}

Status run(const Arguments& arguments, Context& context) {
  auto update = update_of(arguments);
  if (!update) return update.error();
  const auto id = user_id_of(context, arguments.text("user"));
  if (!id) return id.error();
  update->id = *id;
  const auto user = context.run(*update);
  if (!user) return user.error();
  context.output().object(user_columns(), record_of(*user));
  return Unit{};
}

}  // namespace

Command users_update() {
  return {.noun = "users",
          .verb = "update",
          .summary = "Change a user",
          .description = "Only what is given changes.",
          .positionals = {user_positional()},
          .options = {name_option(),
                      image_url_option(),
                      max_bots_option(),
                      {.name = "data",
                       .kind = Kind::text,
                       .value_name = "JSON",
                       .help = "The user's free-form data; replaces the whole object"}},
          .examples = {{"botctl users update 42 --max-bots 10", "raise the limit"},
                       {"botctl users update ada@example.com --name 'Ada L.'", "by e-mail"}},
          .run = run};
}

}  // namespace bot::cli
