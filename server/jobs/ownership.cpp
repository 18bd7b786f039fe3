#include "server/jobs/ownership.hpp"

#include <string>

namespace bot::jobs {
namespace {

// Those that are there and those to come.
std::int64_t count_accounts(sql::Connection& connection, std::int64_t owner_user_id) {
  const auto rows = connection.query(
      "SELECT (SELECT COUNT(*) FROM accounts WHERE owner_user_id = $1)"
      " + (SELECT CAST(COALESCE(SUM(jobs.units - jobs.successful - jobs.failed), 0) AS BIGINT)"
      " FROM jobs JOIN queue_items ON queue_items.id = jobs.item_id"
      " WHERE jobs.owner_user_id = $1 AND queue_items.status IN ('ready', 'leased'))",
      {owner_user_id});
  return rows[0].integer(std::size_t{0});
}

}  // namespace

bool has_owner(sql::Connection& connection, std::int64_t user_id) {
  return !connection
              .query("SELECT 1 FROM accounts WHERE user_id = $1 AND owner_user_id IS NOT NULL",
                     {user_id})
              .empty();
}

std::vector<std::int64_t> accounts_of_owner(sql::Connection& connection,
                                            std::int64_t owner_user_id) {
  std::vector<std::int64_t> ids;
  const auto rows = connection.query(
      "SELECT user_id FROM accounts WHERE owner_user_id = $1 ORDER BY user_id", {owner_user_id});
  for (const sql::Row row : rows)
    ids.push_back(row.integer(std::size_t{0}));
  return ids;
}

Status check_room(sql::Connection& connection,
                  std::int64_t owner_user_id,
                  std::int64_t more,
                  std::int64_t limit) {
  if (limit == 0) return Unit{};
  const auto owned = count_accounts(connection, owner_user_id);
  if (owned + more <= limit) return Unit{};
  return Error{.code = Errc::forbidden,
               .message = "A user may have " + std::to_string(limit) +
                          " accounts, and this one has "
                          "or awaits " +
                          std::to_string(owned)};
}

void restrict_accounts(sql::Connection& connection,
                       std::int64_t owner_user_id,
                       domain::UserStatus status) {
  if (status == domain::UserStatus::active) return;
  connection.query(
      "UPDATE users SET status = $2 WHERE status <> 'banned' AND status <> $2"
      " AND id IN (SELECT user_id FROM accounts WHERE owner_user_id = $1)",
      {owner_user_id, domain::to_string(status)});
}

}  // namespace bot::jobs
