// The columns of an account, of which some are its user's.
#pragma once

#include "server/jobs/account_store.hpp"
#include "server/store/row_reader.hpp"

namespace bot::jobs {

#define BOT_ACCOUNT_COLUMNS                                                 \
  "accounts.user_id, accounts.username, users.email, users.status,"         \
  " users.max_concurrent_bots, accounts.token_id, accounts.token_shown_at," \
  " accounts.job_id, accounts.unit, accounts.owner_user_id, accounts.created_at"

#define BOT_FROM_ACCOUNTS " FROM accounts JOIN users ON users.id = accounts.user_id"

AccountRow read_account(store::RowReader& reader);

}  // namespace bot::jobs
