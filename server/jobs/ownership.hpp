// Accounts and the users who asked for them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "drivers/sql.hpp"
#include "server/domain/user_status.hpp"

namespace bot::jobs {

// Whether a job that another user asked for has made this user.
bool has_owner(sql::Connection& connection, std::int64_t user_id);

// The accounts of an owner, whatever their status, by id.
std::vector<std::int64_t> accounts_of_owner(sql::Connection& connection,
                                            std::int64_t owner_user_id);

// forbidden when `more` accounts beside those that the owner has, and those that its unfinished
// jobs may yet make, would be more than `limit`; 0 is no limit. REQUIRES: the owner's row is locked
// until the end of the transaction, so that no two count at once.
Status check_room(sql::Connection& connection,
                  std::int64_t owner_user_id,
                  std::int64_t more,
                  std::int64_t limit);

// What an owner may not do any more, its accounts may not either: those that could do more than
// `status` allows get it. Nothing for active: who may act again is decided for each account.
void restrict_accounts(sql::Connection& connection,
                       std::int64_t owner_user_id,
                       domain::UserStatus status);

}  // namespace bot::jobs
