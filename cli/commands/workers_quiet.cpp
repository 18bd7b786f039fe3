#include "cli/bulk.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "client/ops/quiet_worker.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  return run_bulk(arguments,
                  context,
                  {.noun = "worker",
                   .positional = "worker",
                   .verb = "quiet",
                   .done = "asked to go quiet",
                   .act = [&](const std::string& id) -> Result<std::string> {
                     const auto worker = context.run(client::QuietWorker{.id = id});
                     if (!worker) return worker.error();
                     return std::string("asked to go quiet");
                   }});
}

}  // namespace

Command workers_quiet() {
  return {.noun = "workers",
          .verb = "quiet",
          .summary = "Have workers begin nothing more",
          .description =
              "They end what they have and stay; `botctl workers resume` undoes it. Returns when "
              "the request is noted: a worker sees it at its next heartbeat.",
          .positionals = {workers_positional()},
          .examples = {{"botctl workers quiet worker-1", "before an upgrade"},
                       {"botctl workers list -o id | botctl workers quiet -", "all of them"}},
          .run = run};
}

}  // namespace bot::cli
