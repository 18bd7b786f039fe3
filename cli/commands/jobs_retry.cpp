#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/job_selection.hpp"
#include "client/ops/retry_job.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  auto bulk = bulk_of_jobs(arguments, context);
  bulk.verb = "retry";
  bulk.done = "retried";
  bulk.act = [&](const std::string& id) -> Result<std::string> {
    const auto answer = context.run(client::RetryJob{.id = id});
    if (!answer) return answer.error();
    return answer->job.status;
  };
  return run_bulk(arguments, context, bulk);
}

}  // namespace

Command jobs_retry() {
  auto command = bulk_job_command({"failed", "cancelled"});
  command.verb = "retry";
  command.summary = "Have failed or cancelled jobs done once more";
  command.description =
      "Those that are named, or those that the filters select or standard input names; then it "
      "asks, or needs --yes. Only what is missing is done again. Of several, each is tried; exit "
      "code 10 says that some failed.";
  command.examples = {{"botctl jobs retry 7b0c9d52-6d1e-4a0c-8f43-0123456789ab", "one"},
                      {"botctl jobs retry --status failed --dry-run", "which would it be?"}};
  command.run = run;
  return command;
}

}  // namespace bot::cli
