#include "cli/account_list.hpp"

#include <algorithm>
#include <vector>

#include "cli/paging.hpp"
#include "client/ops/list_accounts.hpp"

namespace bot::cli {
namespace {

using Accounts = std::vector<types::Account>;

Result<Accounts> fetch(Context& context, const AccountSelection& selection, std::size_t most) {
  return fetch_by_offset<types::Account>(
      most,
      [&](std::int64_t offset, std::int64_t wanted) -> Result<Accounts> {
        auto page = context.run(client::ListAccounts{.status = selection.status,
                                                     .job_id = selection.job_id,
                                                     .limit = wanted,
                                                     .offset = offset});
        if (!page) return page.error();
        return std::move(page->data);
      },
      [](const types::Account& account) { return account.id; });
}

}  // namespace

Result<Accounts> fetch_accounts(Context& context, const AccountSelection& selection) {
  const auto most = most_of(selection.limit);
  auto accounts = fetch(context, selection, most);
  if (!accounts || !selection.job_id) return accounts;
  const auto is_foreign = [&](const types::Account& account) {
    return account.job_id != *selection.job_id;
  };
  if (std::none_of(accounts->begin(), accounts->end(), is_foreign)) return accounts;
  // The server ignores the choice: those of the job may be behind any number of others.
  if (selection.limit) accounts = fetch(context, selection, no_limit);
  if (!accounts) return accounts;
  std::erase_if(*accounts, is_foreign);
  if (accounts->size() > most) accounts->resize(most);
  return accounts;
}

}  // namespace bot::cli
