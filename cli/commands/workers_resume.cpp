#include "cli/bulk.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "client/ops/resume_worker.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  return run_bulk(arguments,
                  context,
                  {.noun = "worker",
                   .positional = "worker",
                   .verb = "resume",
                   .done = "asked to go on",
                   .act = [&](const std::string& id) -> Result<std::string> {
                     const auto worker = context.run(client::ResumeWorker{.id = id});
                     if (!worker) return worker.error();
                     return std::string("asked to go on");
                   }});
}

}  // namespace

Command workers_resume() {
  return {
      .noun = "workers",
      .verb = "resume",
      .summary = "Have quiet workers work again",
      .description = "Returns when the request is noted: a worker sees it at its next heartbeat.",
      .positionals = {workers_positional()},
      .examples = {{"botctl workers resume worker-1", "after an upgrade"},
                   {"botctl workers list -o id | botctl workers resume -", "all of them"}},
      .run = run};
}

}  // namespace bot::cli
