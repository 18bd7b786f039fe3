#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/job_selection.hpp"
#include "client/ops/delete_job.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  auto bulk = bulk_of_jobs(arguments, context);
  bulk.verb = "delete";
  bulk.done = "deleted";
  bulk.asks = Asks::always;
  bulk.act = [&](const std::string& id) -> Result<std::string> {
    const auto answer = context.run(client::DeleteJob{.id = id});
    if (!answer) return answer.error();
    return std::string("deleted");
  };
  return run_bulk(arguments, context, bulk);
}

}  // namespace

Command jobs_delete() {
  auto command = bulk_job_command({"completed", "failed", "cancelled"});
  command.verb = "delete";
  command.summary = "Delete jobs that have ended";
  command.description =
      "Those that are named, or those that the filters select. It asks, or needs --yes. Accounts "
      "that they have made stay. Of several, each is tried; exit code 10 says that some failed.";
  command.examples = {{"botctl jobs delete 7b0c9d52-6d1e-4a0c-8f43-0123456789ab", "asks first"},
                      {"botctl jobs delete --older 30d --yes", "for a cron job"}};
  command.run = run;
  return command;
}

}  // namespace bot::cli
