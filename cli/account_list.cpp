#include "cli/account_list.hpp"

#include "cli/paging.hpp"
#include "client/ops/list_accounts.hpp"

namespace bot::cli {
Result<std::vector<types::Account>> fetch_accounts(Context& context,
                                                   const std::optional<std::string>& status,
                                                   std::optional<std::int64_t> limit) {
  return fetch_by_offset<types::Account>(
      most_of(limit),
      [&](std::int64_t offset, std::int64_t wanted) -> Result<std::vector<types::Account>> {
        auto page =
            context.run(client::ListAccounts{.status = status, .limit = wanted, .offset = offset});
        if (!page) return page.error();
        return std::move(page->data);
      },
      [](const types::Account& account) { return account.id; });
}

}  // namespace bot::cli
