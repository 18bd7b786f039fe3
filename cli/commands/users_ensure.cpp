#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/views.hpp"
#include "client/ops/create_user.hpp"
#include "client/ops/update_user.hpp"

namespace bot::cli {
namespace {

struct Outcome {
  types::User user;
  std::string what;                  // created, updated, unchanged
  std::vector<std::string> changed;  // field names
};

// The fields that were asked for and are not so; also after a creation, because some servers ignore
// them there.
client::UpdateUser difference(const types::User& user,
                              const Arguments& arguments,
                              std::vector<std::string>& changed) {
  client::UpdateUser update{.id = user.id};
  if (const auto name = arguments.maybe("name"); name && name != user.name) {
    update.name = name;
    changed.emplace_back("name");
  }
  if (const auto image = arguments.maybe("image-url"); image && image != user.image_url) {
    update.image_url = image;
    changed.emplace_back("image_url");
  }
  if (const auto limit = arguments.integer("max-bots");
      limit && *limit != user.max_concurrent_bots) {
    update.max_concurrent_bots = limit;
    changed.emplace_back("max_concurrent_bots");
  }
  return update;
}

Result<Outcome> ensure(const Arguments& arguments, Context& context) {
  auto made = context.run(client::CreateUser{.email = arguments.text("email"),
                                             .name = arguments.maybe("name"),
                                             .image_url = arguments.maybe("image-url"),
                                             .max_concurrent_bots = arguments.integer("max-bots")});
  if (!made) return made.error();
  Outcome outcome{
      .user = made->user, .what = made->created ? "created" : "unchanged", .changed = {}};
  const auto update = difference(outcome.user, arguments, outcome.changed);
  if (outcome.changed.empty()) return outcome;
  auto updated = context.run(update);
  if (!updated) return updated.error();
  outcome.user = std::move(updated).value();
  if (!made->created) outcome.what = "updated";
  return outcome;
}

Status run(const Arguments& arguments, Context& context) {
  const auto outcome = ensure(arguments, context);
  if (!outcome) return outcome.error();
  auto record = record_of(outcome->user);
  record.json["outcome"] = outcome->what;
  record.json["changed"] = outcome->changed;
  context.output().object(user_columns(), record);
  std::string note = outcome->what + " user " + std::to_string(outcome->user.id);
  if (!outcome->changed.empty()) note += ": " + join(outcome->changed, ", ");
  context.note(note);
  return Unit{};
}

}  // namespace

Command users_ensure() {
  return {.noun = "users",
          .verb = "ensure",
          .summary = "Find or create a user, and change what differs",
          .description =
              "The same command twice does nothing the second time. Says on standard "
              "error what it did; with -o json in `outcome` (created, updated, "
              "unchanged) and `changed`.",
          .positionals = {{.name = "email", .help = "The user's e-mail address"}},
          .options = {name_option(), image_url_option(), max_bots_option()},
          .examples = {{"botctl users ensure ada@example.com --max-bots 5",
                        "a user who may run five bots, new or not"},
                       {"botctl users ensure ci@example.com -o id", "only the id"}},
          .run = run};
}

}  // namespace bot::cli
