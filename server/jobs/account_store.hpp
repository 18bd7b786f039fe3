#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "drivers/sql.hpp"
#include "server/domain/user_status.hpp"

namespace bot::jobs {

// So many accounts of a job are shown.
inline constexpr std::size_t most_accounts_shown = 1000;

// A user that a job has made.
struct AccountRow {
  std::int64_t user_id = 0;
  std::string username;
  std::string email;
  domain::UserStatus status = domain::UserStatus::active;
  std::int64_t max_concurrent_bots = 0;
  std::optional<std::int64_t> token_id;
  std::optional<UnixMillis> token_shown_at;
  std::string job_id;
  std::int64_t unit = 0;
  std::optional<std::int64_t> owner_user_id;
  UnixMillis created_at = 0;
};

// What is empty restricts nothing.
struct AccountFilter {
  std::optional<std::int64_t> owner_user_id = {};
  std::optional<domain::UserStatus> status = {};
  std::optional<std::string> username = {};
  std::optional<std::string> job_id = {};
  std::int64_t limit = 20;
  std::int64_t offset = 0;
};

struct AccountCounts {
  std::int64_t active = 0;
  std::int64_t suspended = 0;
  std::int64_t banned = 0;
  std::int64_t created_since = 0;

  std::int64_t total() const { return active + suspended + banned; }
};

struct NewAccount {
  std::int64_t user_id = 0;
  std::string username;
  std::int64_t token_id = 0;
  std::string job_id;
  std::int64_t unit = 0;
  std::optional<std::int64_t> owner_user_id = {};
};

// An account whose token nobody has seen, and which is counted as seen from now on.
struct UnseenToken {
  std::int64_t user_id = 0;
  std::string username;
  std::optional<std::int64_t> token_id;
};

class AccountStore {
 public:
  explicit AccountStore(sql::Connection& connection) : connection_(connection) {}

  // False when the username is taken, or the job has an account of this unit.
  bool add(const NewAccount& account, UnixMillis now);
  bool is_taken(std::string_view username);
  std::optional<AccountRow> find(std::int64_t user_id,
                                 std::optional<std::int64_t> owner_user_id = {});
  // The newest first.
  std::vector<AccountRow> list(const AccountFilter& filter);
  // How many the filter selects, whatever its limit.
  std::int64_t count(const AccountFilter& filter);
  // In the order of their units, at most most_accounts_shown.
  std::vector<AccountRow> of_job(std::string_view job_id);
  AccountCounts counts(UnixMillis since, std::optional<std::int64_t> owner_user_id = {});
  // False when it is taken.
  bool rename(std::int64_t user_id, std::string_view username);
  // Of many who ask at once, one gets each.
  std::vector<UnseenToken> take_unseen(std::string_view job_id, UnixMillis now);
  void set_token(std::int64_t user_id, std::int64_t token_id);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::jobs
