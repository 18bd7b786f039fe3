#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/views.hpp"
#include "client/ops/get_worker.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto worker = context.run(client::GetWorker{.id = arguments.text("worker")});
  if (!worker) return worker.error();
  context.output().object(worker_columns(), record_of(*worker));
  return Unit{};
}

}  // namespace

Command workers_show() {
  return {
      .noun = "workers",
      .verb = "show",
      .summary = "Show one worker",
      .description = "JSON has its process, version and uptime, too.",
      .positionals = {{.name = "worker",
                       .help = "The worker's id",
                       .completes = Completes::workers}},
      .examples = {{"botctl workers show worker-1", "how is it?"},
                   {"botctl workers show worker-1 -o json | jq .uptime_seconds", "for a program"}},
      .run = run};
}

}  // namespace bot::cli
