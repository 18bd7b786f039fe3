#include <chrono>

#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/purge.hpp"
#include "client/ops/purge_dead_letters.hpp"

namespace bot::cli {
namespace {

std::optional<std::int64_t> whole_seconds(std::optional<Millis> age) {
  if (!age) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(*age).count();
}

std::string selection_of(const Arguments& arguments) {
  std::string text;
  if (const auto lane = arguments.maybe("lane")) text += " of lane " + *lane;
  if (const auto kind = arguments.maybe("kind")) text += " of kind " + *kind;
  if (arguments.has("older")) text += " older than " + arguments.text("older");
  return text;
}

Status run(const Arguments& arguments, Context& context) {
  client::PurgeDeadLetters op{.lane = arguments.maybe("lane"),
                              .kind = arguments.maybe("kind"),
                              .older_than_seconds = whole_seconds(arguments.duration("older"))};
  return run_purge(
      arguments, context, "dead letter", selection_of(arguments), [&](client::Purge purge) {
        op.purge = purge;
        return context.run(op);
      });
}

}  // namespace

Command dlq_purge() {
  return {.noun = "dlq",
          .verb = "purge",
          .summary = "Delete all dead letters, or those that a filter selects",
          .description = "Asks with their number on a terminal; anywhere else --yes is needed.",
          .options = {lane_option(),
                      kind_option(),
                      {.name = "older",
                       .kind = Kind::duration,
                       .value_name = "DUR",
                       .help = "Only those that were given up at least that long ago"},
                      dry_run_option(),
                      yes_option()},
          .examples = {{"botctl dlq purge --older 30d --dry-run", "how many are there?"},
                       {"botctl dlq purge --lane webhook.deliver --yes", "for scripts"}},
          .run = run};
}

}  // namespace bot::cli
