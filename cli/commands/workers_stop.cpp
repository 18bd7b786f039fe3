#include "cli/bulk.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "client/ops/stop_worker.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  return run_bulk(arguments,
                  context,
                  {.noun = "worker",
                   .positional = "worker",
                   .verb = "stop",
                   .done = "asked to stop",
                   .asks = Asks::always,
                   .act = [&](const std::string& id) -> Result<std::string> {
                     const auto worker = context.run(client::StopWorker{.id = id});
                     if (!worker) return worker.error();
                     return std::string("asked to stop");
                   }});
}

}  // namespace

Command workers_stop() {
  return {.noun = "workers",
          .verb = "stop",
          .summary = "Have workers end what they have and exit",
          .description =
              "What has not ended within the grace that a worker was started with goes back to the "
              "queue. Asks on a terminal; anywhere else --yes is needed. Returns when the request "
              "is noted: a worker sees it at its next heartbeat.",
          .positionals = {workers_positional()},
          .options = {yes_option()},
          .examples = {{"botctl workers stop worker-1", "asks first"},
                       {"botctl workers list -o id | botctl workers stop - --yes", "all of them"}},
          .run = run};
}

}  // namespace bot::cli
