#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/views.hpp"
#include "client/ops/list_workers.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  auto list = context.run(client::ListWorkers{});
  if (!list) return list.error();
  if (const auto status = arguments.maybe("status")) {
    std::erase_if(list->workers, [&](const auto& worker) { return worker.status != *status; });
  }
  context.output().list(worker_columns(), records_of(list->workers));
  if (list->workers.empty()) context.note("no workers");
  return Unit{};
}

}  // namespace

Command workers_list() {
  return {
      .noun = "workers",
      .verb = "list",
      .summary = "List the workers",
      .description =
          "Columns: id, status (running, quiet, stopping, stopped, lost), host, lanes, how many "
          "items at a time, processed, failed, last heartbeat, current job. A lost one has not "
          "been heard of for two of its intervals.",
      .options = {{.name = "status",
                   .kind = Kind::choice,
                   .value_name = "STATUS",
                   .help = "Only those in this state",
                   .choices = {"running", "quiet", "stopping", "stopped", "lost"}}},
      .examples = {{"botctl workers list --status running", "who works?"},
                   {"botctl workers list --status lost -o id", "who has died?"}},
      .run = run};
}

}  // namespace bot::cli
