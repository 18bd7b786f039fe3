#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/views.hpp"
#include "client/ops/list_lanes.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments&, Context& context) {
  const auto list = context.run(client::ListLanes{});
  if (!list) return list.error();
  context.output().list(lane_columns(), records_of(list->lanes));
  if (list->lanes.empty()) context.note("no lanes");
  return Unit{};
}

}  // namespace

Command queue_stats() {
  return {.noun = "queue",
          .verb = "stats",
          .summary = "Show the lanes of the queue with their numbers",
          .description =
              "Columns: lane, how many items could run now, how many wait for their time, how many "
              "run, how many are dead letters, for how long the oldest has been ready, and since "
              "when the lane is paused.",
          .examples = {{"botctl queue stats", "how is it?"},
                       {"botctl queue stats -o json | jq 'map(.oldest_age_seconds) | max'",
                        "the longest wait"}},
          .run = run};
}

}  // namespace bot::cli
