#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/context.hpp"
#include "client/types/account.hpp"

namespace bot::cli {

// What is empty restricts nothing.
struct AccountSelection {
  std::optional<std::string> status = std::nullopt;
  std::optional<std::string> job_id = std::nullopt;  // those that it has made
  std::optional<std::int64_t> limit = std::nullopt;
};

// All pages of them, newest first; those of the job only, also where the server does not know how
// to choose by it.
Result<std::vector<types::Account>> fetch_accounts(Context& context,
                                                   const AccountSelection& selection);

}  // namespace bot::cli
