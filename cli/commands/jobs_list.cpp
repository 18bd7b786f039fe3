#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/job_selection.hpp"
#include "cli/views.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  auto filter = job_filter_of(arguments);
  filter.limit = arguments.integer("limit");
  const auto jobs = fetch_jobs(context, filter);
  if (!jobs) return jobs.error();
  context.output().list(job_columns(), records_of(*jobs));
  if (jobs->empty()) context.note("no jobs");
  return Unit{};
}

}  // namespace

Command jobs_list() {
  auto options = job_filter_options({"pending", "running", "completed", "failed", "cancelled"});
  options.push_back(limit_option());
  return {
      .noun = "jobs",
      .verb = "list",
      .summary = "List jobs, newest first",
      .description =
          "Those that the key's user has asked for, or with the admin key everybody's. "
          "Columns: id, kind, status, how many of its units are decided, how many of them "
          "failed, priority, time of creation, error.",
      .options = std::move(options),
      .examples = {{"botctl jobs list --status pending,running", "what is still to be done"},
                   {"botctl jobs list --status failed --older 1d -o id", "yesterday's failures"}},
      .run = run};
}

}  // namespace bot::cli
