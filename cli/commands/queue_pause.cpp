#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "client/ops/pause_lane.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto lane = context.run(client::PauseLane{.lane = arguments.text("lane")});
  if (!lane) return lane.error();
  context.output().done("lane " + lane->lane + " is paused",
                        {.cells = {{lane->lane}, {"paused"}}, .json = *lane, .id = lane->lane});
  return Unit{};
}

}  // namespace

Command queue_pause() {
  return {.noun = "queue",
          .verb = "pause",
          .summary = "Begin nothing more of a lane, on any server",
          .description =
              "What runs goes on, and what comes waits until `botctl queue resume`. It holds "
              "across restarts.",
          .positionals = {lane_positional()},
          .examples = {{"botctl queue pause webhook.deliver", "before an upgrade"},
                       {"botctl queue pause jobs -o json", "for a program"}},
          .run = run};
}

}  // namespace bot::cli
