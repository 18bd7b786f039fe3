#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/worker_orders.hpp"
#include "client/ops/stop_worker.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  auto asked = order_workers<client::StopWorker>(
      arguments, context, {.verb = "stop", .done = "asked to stop", .asks = Asks::always});
  if (asked) context.note("one inside a server only goes quiet: its server goes on");
  return asked;
}

}  // namespace

Command workers_stop() {
  return {
      .noun = "workers",
      .verb = "stop",
      .summary = "Have workers end what they have and exit",
      .description =
          "What has not ended within the grace that a worker was started with goes back to the "
          "queue. A worker inside a server (server-…) does not exit, for its server goes on: it "
          "only goes quiet. Asks on a terminal; anywhere else --yes is needed. Returns when the "
          "request is noted: a worker sees it within a second.",
      .positionals = {workers_positional()},
      .options = {yes_option()},
      .examples = {{"botctl workers stop worker-1", "asks first"},
                   {"botctl workers list --status running -o id | botctl workers stop - --yes",
                    "all of them"}},
      .run = run};
}

}  // namespace bot::cli
