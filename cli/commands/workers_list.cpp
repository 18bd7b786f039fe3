#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/views.hpp"
#include "client/ops/list_workers.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments&, Context& context) {
  const auto list = context.run(client::ListWorkers{});
  if (!list) return list.error();
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
      .examples = {{"botctl workers list", "who works?"},
                   {"botctl workers list -o json | jq '.[] | select(.status == \"lost\")'",
                    "who has died?"}},
      .run = run};
}

}  // namespace bot::cli
