#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "client/ops/resume_lane.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto lane = context.run(client::ResumeLane{.lane = arguments.text("lane")});
  if (!lane) return lane.error();
  context.output().done("lane " + lane->lane + " is resumed",
                        {.cells = {{lane->lane}, {"resumed"}}, .json = *lane, .id = lane->lane});
  return Unit{};
}

}  // namespace

Command queue_resume() {
  return {.noun = "queue",
          .verb = "resume",
          .summary = "Go on with a lane that was paused",
          .description = "Does nothing to a lane that is not paused.",
          .positionals = {lane_positional()},
          .examples = {{"botctl queue resume webhook.deliver", "go on"},
                       {"botctl queue resume jobs -o json", "for a program"}},
          .run = run};
}

}  // namespace bot::cli
