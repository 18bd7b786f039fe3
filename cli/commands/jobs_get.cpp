#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/job_feed.hpp"
#include "cli/views.hpp"
#include "client/ops/get_job.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto& id = arguments.text("job");
  if (arguments.flag("wait")) return wait_and_show(context, id);
  const auto detail = context.run(client::GetJob{.id = id});
  if (!detail) return detail.error();
  show_job(context, *detail);
  return Unit{};
}

}  // namespace

Command jobs_get() {
  return {
      .noun = "jobs",
      .verb = "get",
      .summary = "Show one job",
      .description =
          "A terminal shows the names of the first five accounts that it has made, too, JSON the "
          "first 1000 accounts, with a warning where there are more; `botctl accounts list --job` "
          "lists all. With --wait it is shown when it has "
          "ended: exit code 10 says that it failed after a part of its work was done, 1 that it "
          "failed otherwise or was cancelled. Where the waiting ends before the job does, it is "
          "shown as it was last seen.",
      .positionals = {job_positional()},
      .options = {wait_option()},
      .examples = {{"botctl jobs get 7b0c9d52-6d1e-4a0c-8f43-0123456789ab", "as it is now"},
                   {"botctl jobs get 7b0c9d52-6d1e-4a0c-8f43-0123456789ab --wait -o json",
                    "at its end, with its accounts"}},
      .run = run};
}

}  // namespace bot::cli
