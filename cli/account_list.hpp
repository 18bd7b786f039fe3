#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/context.hpp"
#include "client/types/account.hpp"

namespace bot::cli {

// All pages of the accounts in that state, or of all, newest first.
Result<std::vector<types::Account>> fetch_accounts(Context& context,
                                                   const std::optional<std::string>& status,
                                                   std::optional<std::int64_t> limit);

}  // namespace bot::cli
