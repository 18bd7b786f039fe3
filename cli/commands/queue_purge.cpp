#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/purge.hpp"
#include "client/ops/purge_lane.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  if (!arguments.has("status")) {
    return Error{.code = Errc::invalid_argument,
                 .message = "this needs --status",
                 .hint = "say which items: ready, done or dead"};
  }
  const auto& lane = arguments.text("lane");
  const auto& status = arguments.text("status");
  return run_purge(
      arguments, context, status + " item", " of lane " + lane, [&](client::Purge purge) {
        return context.run(client::PurgeLane{.lane = lane, .status = status, .purge = purge});
      });
}

}  // namespace

Command queue_purge() {
  return {
      .noun = "queue",
      .verb = "purge",
      .summary = "Delete the finished items of a lane, or cancel those that wait",
      .description =
          "Takes all items that are in one state: done and dead ones are deleted, and jobs go with "
          "them; ready ones are cancelled and stay to be seen until they have been kept long "
          "enough. What runs stays. Asks with their number on a terminal; anywhere else --yes "
          "is needed.",
      .positionals = {lane_positional()},
      .options = {{.name = "status",
                   .kind = Kind::choice,
                   .value_name = "STATUS",
                   .help = "Those in this state; needed",
                   .choices = {"ready", "done", "dead"}},
                  dry_run_option(),
                  yes_option()},
      .examples = {{"botctl queue purge jobs --status done --dry-run", "how many are there?"},
                   {"botctl queue purge jobs --status dead --yes", "for scripts"}},
      .run = run};
}

}  // namespace bot::cli
