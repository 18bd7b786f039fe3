#include "cli/account_list.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/export.hpp"
#include "cli/views.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  if (auto status = check_export(arguments, context); !status) return status;
  const auto accounts = fetch_accounts(
      context, {.status = arguments.maybe("status"), .job_id = arguments.maybe("job")});
  if (!accounts) return accounts.error();
  return export_records(arguments,
                        context,
                        {"id",
                         "username",
                         "email",
                         "status",
                         "concurrency_limit",
                         "token_id",
                         "token_shown",
                         "created_at",
                         "job_id"},
                        records_of(*accounts));
}

}  // namespace

Command accounts_export() {
  auto options = export_options();
  options.push_back(account_status_option());
  options.push_back(made_by_job_option());
  return {.noun = "accounts",
          .verb = "export",
          .summary = "Write the accounts out as CSV or JSON",
          .description =
              "No secret is among it. Text that a spreadsheet would take for a formula gets an "
              "apostrophe in front. A file can be read by its owner only.",
          .options = std::move(options),
          .examples = {{"botctl accounts export --out accounts.csv", "into a new file"},
                       {"botctl accounts export --job 7b0c9d52-6d1e-4a0c-8f43-0123456789ab",
                        "those of a job"},
                       {"botctl accounts export --status active --format json > active.json",
                        "as JSON"}},
          .run = run};
}

}  // namespace bot::cli
