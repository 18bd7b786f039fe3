#include "server/jobs/account_store.hpp"

#include <algorithm>

#include "server/jobs/account_reader.hpp"

namespace bot::jobs {
namespace {

#define BOT_OF_STATUS "(CAST($2 AS TEXT) IS NULL OR users.status = $2)"

// Spelled out, so that the engines use the index of an owner's accounts.
std::string_view of_owner(std::optional<std::int64_t> owner_user_id) {
  return owner_user_id ? " AND accounts.owner_user_id = $1" : " AND CAST($1 AS BIGINT) IS NULL";
}

// With the parameters that values_of gives.
std::string selection(const AccountFilter& filter) {
  std::string condition = " WHERE " BOT_OF_STATUS;
  condition += of_owner(filter.owner_user_id);
  condition += filter.username ? " AND accounts.username = $3" : " AND CAST($3 AS TEXT) IS NULL";
  condition += filter.job_id ? " AND accounts.job_id = $4" : " AND CAST($4 AS TEXT) IS NULL";
  return condition;
}

UnseenToken read_unseen(store::RowReader& reader) {
  UnseenToken unseen;
  unseen.user_id = reader.integer();
  unseen.username = reader.text();
  unseen.token_id = reader.optional_integer();
  return unseen;
}

std::optional<std::string_view> name_of(std::optional<domain::UserStatus> status) {
  return status ? std::optional(domain::to_string(*status)) : std::nullopt;
}

std::vector<sql::Value> values_of(const AccountFilter& filter) {
  return {filter.owner_user_id, name_of(filter.status), filter.username, filter.job_id};
}

}  // namespace

bool AccountStore::add(const NewAccount& account, UnixMillis now) {
  return connection_
             .query(
                 "INSERT INTO accounts (user_id, username, token_id, job_id, unit, owner_user_id,"
                 " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                 {account.user_id,
                  account.username,
                  account.token_id,
                  account.job_id,
                  account.unit,
                  account.owner_user_id,
                  now})
             .changed() != 0;
}

bool AccountStore::is_taken(std::string_view username) {
  return !connection_.query("SELECT 1 FROM accounts WHERE username = $1", {username}).empty();
}

std::optional<AccountRow> AccountStore::find(std::int64_t user_id,
                                             std::optional<std::int64_t> owner_user_id) {
  std::string statement =
      "SELECT " BOT_ACCOUNT_COLUMNS BOT_FROM_ACCOUNTS " WHERE accounts.user_id = $2";
  statement += of_owner(owner_user_id);
  return store::read_first(connection_.query(statement, {owner_user_id, user_id}), read_account);
}

std::vector<AccountRow> AccountStore::list(const AccountFilter& filter) {
  const auto statement = "SELECT " BOT_ACCOUNT_COLUMNS BOT_FROM_ACCOUNTS + selection(filter) +
                         " ORDER BY accounts.user_id DESC LIMIT $5 OFFSET $6";
  auto values = values_of(filter);
  values.emplace_back(filter.limit);
  values.emplace_back(filter.offset);
  return store::read_all(connection_.query(statement, values), read_account);
}

std::int64_t AccountStore::count(const AccountFilter& filter) {
  const auto rows =
      connection_.query("SELECT COUNT(*)" BOT_FROM_ACCOUNTS + selection(filter), values_of(filter));
  return rows[0].integer(std::size_t{0});
}

std::vector<AccountRow> AccountStore::of_job(std::string_view job_id) {
  return store::read_all(
      connection_.query("SELECT " BOT_ACCOUNT_COLUMNS BOT_FROM_ACCOUNTS
                        " WHERE accounts.job_id = $1 ORDER BY accounts.unit LIMIT $2",
                        {job_id, most_accounts_shown}),
      read_account);
}

AccountCounts AccountStore::counts(UnixMillis since, std::optional<std::int64_t> owner_user_id) {
  std::string statement =
      "SELECT users.status, COUNT(*),"
      " SUM(CASE WHEN accounts.created_at >= $2 THEN 1 ELSE 0 END)" BOT_FROM_ACCOUNTS " WHERE TRUE";
  statement += of_owner(owner_user_id);
  statement += " GROUP BY users.status";
  const auto rows = connection_.query(statement, {owner_user_id, since});
  AccountCounts counts;
  for (const sql::Row row : rows) {
    const auto& status = row.text(std::size_t{0});
    const auto number = row.integer(std::size_t{1});
    if (status == "active") counts.active = number;
    if (status == "suspended") counts.suspended = number;
    if (status == "banned") counts.banned = number;
    counts.created_since += row.integer(std::size_t{2});
  }
  return counts;
}

bool AccountStore::rename(std::int64_t user_id, std::string_view username) {
  // An UPDATE that meets a username of a transaction which has not ended yet would be a fault of
  // the engine's; an INSERT waits for it and says that it is taken.
  const auto rows = connection_.query(
      "DELETE FROM accounts WHERE user_id = $1 RETURNING username, token_id, token_shown_at,"
      " job_id, unit, owner_user_id, created_at",
      {user_id});
  if (rows.empty()) return false;
  const auto put = [&](const sql::Value& name) {
    const auto& row = rows.values(0);
    return connection_
               .query(
                   "INSERT INTO accounts (user_id, username, token_id, token_shown_at, job_id, "
                   "unit,"
                   " owner_user_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                   " ON CONFLICT (username) DO NOTHING",
                   {user_id, name, row[1], row[2], row[3], row[4], row[5], row[6]})
               .changed() != 0;
  };
  if (put(username)) return true;
  put(rows.values(0)[0]);
  return false;
}

std::vector<UnseenToken> AccountStore::take_unseen(std::string_view job_id, UnixMillis now) {
  auto unseen = store::read_all(
      connection_.query("UPDATE accounts SET token_shown_at = $2 WHERE job_id = $1"
                        " AND token_shown_at IS NULL RETURNING user_id, username, token_id",
                        {job_id, now}),
      read_unseen);
  std::sort(unseen.begin(), unseen.end(), [](const auto& a, const auto& b) {
    return a.user_id < b.user_id;
  });
  return unseen;
}

void AccountStore::set_token(std::int64_t user_id, std::int64_t token_id) {
  connection_.query("UPDATE accounts SET token_id = $2 WHERE user_id = $1", {user_id, token_id});
}

}  // namespace bot::jobs
