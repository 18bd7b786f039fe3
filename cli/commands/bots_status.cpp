#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/views.hpp"
#include "client/ops/get_bots_status.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments&, Context& context) {
  const auto status = context.run(client::GetBotsStatus{});
  if (!status) return status.error();
  context.output().list(running_bot_columns(), records_of(status->running_bots));
  if (status->running_bots.empty()) context.note("no running bots");
  return Unit{};
}

}  // namespace

Command bots_status() {
  return {.noun = "bots",
          .verb = "status",
          .summary = "List the running bots with their processes and heartbeats",
          .description =
              "Columns: meeting's id, platform, meeting, state, container, last "
              "heartbeat, time of start.",
          .examples = {{"botctl bots status", "as a table"},
                       {"botctl bots status -o json | jq length", "how many run"}},
          .run = run};
}

}  // namespace bot::cli
