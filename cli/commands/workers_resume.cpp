#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/worker_orders.hpp"
#include "client/ops/resume_worker.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  return order_workers<client::ResumeWorker>(
      arguments, context, {.verb = "resume", .done = "asked to go on"});
}

}  // namespace

Command workers_resume() {
  return {.noun = "workers",
          .verb = "resume",
          .summary = "Have quiet workers work again",
          .description = "Returns when the request is noted: a worker sees it within a second.",
          .positionals = {workers_positional()},
          .examples = {{"botctl workers resume worker-1", "after an upgrade"},
                       {"botctl workers list --status quiet -o id | botctl workers resume -",
                        "all that are quiet"}},
          .run = run};
}

}  // namespace bot::cli
