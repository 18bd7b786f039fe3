#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "client/types/account.hpp"
#include "drivers/sql.hpp"

namespace bot::jobs {

// A user with a token that the service shall have.
struct WantedAccount {
  std::string username;
  std::string email;  // as domain::normal_email gives it
  std::optional<std::string> name = {};
  std::int64_t max_concurrent_bots = 1;
  std::string job_id;
  std::int64_t unit = 0;
  std::optional<std::int64_t> owner_user_id = {};
};

// Makes it in the caller's transaction; the user's id. Its token has a value that nobody knows,
// stored hashed. Changing nothing: conflict when the username or the e-mail is taken, forbidden
// when its owner is suspended or banned.
Result<std::int64_t> provision(sql::Connection& connection,
                               const WantedAccount& wanted,
                               UnixMillis now);

// New values for the tokens of the job's accounts, of each whose value was never shown: they are
// stored hashed, and this is the only time that they can be read. Empty when there is none left.
std::vector<types::AccountToken> show_tokens(sql::Connection& connection,
                                             const std::string& job_id,
                                             UnixMillis now);

}  // namespace bot::jobs
