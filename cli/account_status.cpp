#include "cli/account_status.hpp"

#include "base/text.hpp"
#include "cli/bulk.hpp"
#include "cli/targets.hpp"
#include "client/ops/update_account.hpp"

namespace bot::cli {

Status change_accounts(const Arguments& arguments, Context& context, const AccountChange& change) {
  return run_bulk(arguments,
                  context,
                  {.noun = "account",
                   .positional = "account",
                   .verb = change.verb,
                   .done = change.done,
                   .ids = IdKind::number,
                   .check = check_account,
                   .look_up = [&](const std::string& word) -> Result<std::string> {
                     const auto id = account_id_of(context, word);
                     if (!id) return id.error();
                     return std::to_string(*id);
                   },
                   .act = [&](const std::string& id) -> Result<std::string> {
                     const auto answer = context.run(client::UpdateAccount{
                         .id = parse_int(id).value_or(0), .status = std::string(change.status)});
                     if (!answer) return answer.error();
                     return answer->account.status;
                   }});
}

Positional many_accounts_positional() {
  return {.name = "account",
          .help =
              "Ids or usernames of accounts (a number is always an id), or - to read them from "
              "standard "
              "input",
          .arity = Arity::many};
}

}  // namespace bot::cli
