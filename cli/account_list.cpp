#include "cli/account_list.hpp"

#include <vector>

#include "cli/paging.hpp"
#include "client/ops/list_accounts.hpp"

namespace bot::cli {

Result<std::vector<types::Account>> fetch_accounts(Context& context,
                                                   const AccountSelection& selection) {
  return fetch_by_offset<types::Account>(
      most_of(selection.limit),
      [&](std::int64_t offset, std::int64_t wanted) -> Result<std::vector<types::Account>> {
        auto page = context.run(client::ListAccounts{.status = selection.status,
                                                     .job_id = selection.job_id,
                                                     .limit = wanted,
                                                     .offset = offset});
        if (!page) return page.error();
        // They may be changed by this choice: a server that ignores it must not widen it.
        if (selection.job_id) {
          std::erase_if(page->data, [&](const types::Account& account) {
            return account.job_id != *selection.job_id;
          });
        }
        return std::move(page->data);
      },
      [](const types::Account& account) { return account.id; });
}

}  // namespace bot::cli
