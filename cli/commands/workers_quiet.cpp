#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/worker_orders.hpp"
#include "client/ops/quiet_worker.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  return order_workers<client::QuietWorker>(
      arguments, context, {.verb = "quiet", .done = "asked to go quiet"});
}

}  // namespace

Command workers_quiet() {
  return {.noun = "workers",
          .verb = "quiet",
          .summary = "Have workers begin nothing more",
          .description =
              "They end what they have and stay; `botctl workers resume` undoes it. Returns when "
              "the request is noted: a worker sees it within a second.",
          .positionals = {workers_positional()},
          .examples = {{"botctl workers quiet worker-1", "before an upgrade"},
                       {"botctl workers list --status running -o id | botctl workers quiet -",
                        "all of them"}},
          .run = run};
}

}  // namespace bot::cli
