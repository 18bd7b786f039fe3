// Accounts that are suspended, and that work again.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/context.hpp"

namespace bot::cli {

struct AccountChange {
  std::string_view verb;    // "disable"
  std::string_view done;    // "disabled"
  std::string_view status;  // that they get
};

// Changes those that the positional of many_accounts_positional names.
Status change_accounts(const Arguments& arguments, Context& context, const AccountChange& change);

Positional many_accounts_positional();

}  // namespace bot::cli
