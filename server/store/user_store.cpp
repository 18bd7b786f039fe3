#include "server/store/user_store.hpp"

#include "server/store/user_columns.hpp"

namespace bot::store {
namespace {

domain::UserStatus status_of(std::string_view name) {
  const auto status = domain::parse_user_status(name);
  if (!status) throw sql::Fault("a user is stored with the unknown status " + std::string(name));
  return *status;
}

}  // namespace

UserRow read_user(RowReader& reader) {
  UserRow user;
  user.id = reader.integer();
  user.email = reader.text();
  user.name = reader.optional_text();
  user.image_url = reader.optional_text();
  user.max_concurrent_bots = reader.integer();
  user.data = reader.text();
  user.created_at = reader.integer();
  user.webhook_url = reader.optional_text();
  user.webhook_secret = reader.optional_text();
  user.webhook_updated_at = reader.optional_integer();
  user.status = status_of(reader.text());
  return user;
}

FoundOrCreatedUser UserStore::find_or_create(const NewUser& user, UnixMillis now) {
  const auto created = connection_.query(
      "INSERT INTO users (email, name, image_url, max_concurrent_bots, data, created_at)"
      " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (email) DO NOTHING"
      " RETURNING " BOT_USER_COLUMNS,
      {user.email, user.name, user.image_url, user.max_concurrent_bots, user.data, now});
  if (auto row = read_first(created, read_user)) return {*std::move(row), true};
  auto found = find_by_email(user.email);
  if (!found) throw Unavailable("the user was removed while being looked up");
  return {*std::move(found), false};
}

std::optional<UserRow> UserStore::find(std::int64_t id) {
  return read_first(connection_.query("SELECT " BOT_USER_COLUMNS " FROM users WHERE id = $1", {id}),
                    read_user);
}

std::optional<UserRow> UserStore::find_by_email(std::string_view email) {
  return read_first(
      connection_.query("SELECT " BOT_USER_COLUMNS " FROM users WHERE email = $1", {email}),
      read_user);
}

std::vector<UserRow> UserStore::list(std::int64_t skip, std::int64_t limit) {
  return read_all(
      connection_.query("SELECT " BOT_USER_COLUMNS " FROM users ORDER BY id LIMIT $1 OFFSET $2",
                        {limit, skip}),
      read_user);
}

std::int64_t UserStore::sum_of_limits() {
  // PostgreSQL's sum of BIGINTs is NUMERIC.
  const auto rows =
      connection_.query("SELECT CAST(COALESCE(SUM(max_concurrent_bots), 0) AS BIGINT) FROM users");
  return rows[0].integer(0);
}

std::int64_t UserStore::count() {
  const auto rows = connection_.query("SELECT COUNT(*) FROM users");
  return rows[0].integer(0);
}

std::optional<UserRow> UserStore::update(std::int64_t id, const UserPatch& patch) {
  std::optional<std::string_view> status;
  if (patch.status) status = domain::to_string(*patch.status);
  return read_first(connection_.query("UPDATE users SET name = CASE WHEN $6 THEN $2 ELSE name END,"
                                      " image_url = CASE WHEN $7 THEN $3 ELSE image_url END,"
                                      " max_concurrent_bots = COALESCE($4, max_concurrent_bots),"
                                      " data = COALESCE($5, data), status = COALESCE($8, status)"
                                      " WHERE id = $1 RETURNING " BOT_USER_COLUMNS,
                                      {id,
                                       patch.name.value_or(std::nullopt),
                                       patch.image_url.value_or(std::nullopt),
                                       patch.max_concurrent_bots,
                                       patch.data,
                                       patch.name.has_value(),
                                       patch.image_url.has_value(),
                                       status}),
                    read_user);
}

bool UserStore::remove(std::int64_t id) {
  return connection_.query("DELETE FROM users WHERE id = $1", {id}).changed() != 0;
}

std::optional<UserRow> UserStore::lock(std::int64_t id) {
  static constexpr std::string_view select = "SELECT " BOT_USER_COLUMNS " FROM users WHERE id = $1";
  const std::string locking = std::string(select).append(connection_.dialect().for_update);
  return read_first(connection_.query(locking, {id}), read_user);
}

bool UserStore::set_webhook(std::int64_t id,
                            std::string_view url,
                            std::string_view secret,
                            UnixMillis now) {
  return connection_
             .query(
                 "UPDATE users SET webhook_url = $2, webhook_secret = $3,"
                 " webhook_updated_at = $4 WHERE id = $1",
                 {id, url, secret, now})
             .changed() != 0;
}

bool UserStore::clear_webhook(std::int64_t id, UnixMillis now) {
  return connection_
             .query(
                 "UPDATE users SET webhook_url = NULL, webhook_secret = NULL,"
                 " webhook_updated_at = $2 WHERE id = $1",
                 {id, now})
             .changed() != 0;
}

}  // namespace bot::store
