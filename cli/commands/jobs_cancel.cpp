#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/job_selection.hpp"
#include "client/ops/cancel_job.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  auto bulk = bulk_of_jobs(arguments, context);
  bulk.verb = "cancel";
  bulk.done = "cancelled";
  bulk.act = [&](const std::string& id) -> Result<std::string> {
    const auto answer = context.run(client::CancelJob{.id = id});
    if (!answer) return answer.error();
    // One that runs is asked to stop, and does so in a moment.
    return std::string(answer->job.status == "running" ? "cancelling" : answer->job.status);
  };
  return run_bulk(arguments, context, bulk);
}

}  // namespace

Command jobs_cancel() {
  auto command = bulk_job_command({"pending", "running"});
  command.verb = "cancel";
  command.summary = "Cancel jobs that have not ended";
  command.description =
      "Those that are named, or those that the filters select or standard input names; then it "
      "asks, or needs --yes. What a running job has done already stays. Of several, each is tried; "
      "exit code 10 says that some failed.";
  command.examples = {{"botctl jobs cancel 7b0c9d52-6d1e-4a0c-8f43-0123456789ab", "one"},
                      {"botctl jobs cancel --status pending --yes", "all that wait"}};
  command.run = run;
  return command;
}

}  // namespace bot::cli
