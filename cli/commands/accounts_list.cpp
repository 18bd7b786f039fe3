#include "cli/account_list.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/views.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto accounts = fetch_accounts(context,
                                       {.status = arguments.maybe("status"),
                                        .job_id = arguments.maybe("job"),
                                        .limit = arguments.integer("limit")});
  if (!accounts) return accounts.error();
  context.output().list(account_columns(), records_of(*accounts));
  if (accounts->empty()) context.note("no accounts");
  return Unit{};
}

}  // namespace

Command accounts_list() {
  return {
      .noun = "accounts",
      .verb = "list",
      .summary = "List the accounts that jobs have made, newest first",
      .description =
          "Those that the key's user has asked for, or with the admin key everybody's. Columns: "
          "id, username, status, limit of concurrent bots, e-mail, id of the token, time of "
          "creation, job.",
      .options = {account_status_option(), made_by_job_option(), limit_option()},
      .examples = {{"botctl accounts list --limit 20", "the newest"},
                   {"botctl accounts list --job 7b0c9d52-6d1e-4a0c-8f43-0123456789ab",
                    "those of a job"},
                   {"botctl accounts list --status suspended -o id", "ids, for a loop"}},
      .run = run};
}

}  // namespace bot::cli
