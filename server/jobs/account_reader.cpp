#include "server/jobs/account_reader.hpp"

namespace bot::jobs {

AccountRow read_account(store::RowReader& reader) {
  AccountRow account;
  account.user_id = reader.integer();
  account.username = reader.text();
  account.email = reader.text();
  account.status = domain::parse_user_status(reader.text()).value_or(domain::UserStatus::suspended);
  account.max_concurrent_bots = reader.integer();
  account.token_id = reader.optional_integer();
  account.token_shown_at = reader.optional_integer();
  account.job_id = reader.text();
  account.unit = reader.integer();
  account.owner_user_id = reader.optional_integer();
  account.created_at = reader.integer();
  return account;
}

}  // namespace bot::jobs
