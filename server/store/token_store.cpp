#include "server/store/token_store.hpp"

#include "server/store/user_columns.hpp"

namespace bot::store {
namespace {

#define BOT_TOKEN_COLUMNS                                                      \
  "api_tokens.id, api_tokens.user_id, api_tokens.name, api_tokens.created_at," \
  " api_tokens.expires_at, api_tokens.last_used_at"

TokenRow read_token(RowReader& reader) {
  TokenRow token;
  token.id = reader.integer();
  token.user_id = reader.integer();
  token.name = reader.optional_text();
  token.created_at = reader.integer();
  token.expires_at = reader.optional_integer();
  token.last_used_at = reader.optional_integer();
  return token;
}

TokenAndUser read_token_and_user(RowReader& reader) {
  auto token = read_token(reader);
  return {std::move(token), read_user(reader)};
}

}  // namespace

TokenRow TokenStore::create(const NewToken& token, UnixMillis now) {
  const auto rows = connection_.query(
      "INSERT INTO api_tokens (user_id, token_sha256, name, created_at, expires_at)"
      " VALUES ($1, $2, $3, $4, $5) RETURNING " BOT_TOKEN_COLUMNS,
      {token.user_id, token.token_sha256, token.name, now, token.expires_at});
  RowReader reader(rows[0]);
  return read_token(reader);
}

std::optional<TokenAndUser> TokenStore::find_live(std::string_view token_sha256, UnixMillis now) {
  return read_first(
      connection_.query("SELECT " BOT_TOKEN_COLUMNS ", " BOT_USER_COLUMNS
                        " FROM api_tokens JOIN users ON users.id = api_tokens.user_id"
                        " WHERE api_tokens.token_sha256 = $1"
                        " AND (api_tokens.expires_at IS NULL OR api_tokens.expires_at > $2)",
                        {token_sha256, now}),
      read_token_and_user);
}

std::vector<TokenRow> TokenStore::list(std::int64_t user_id) {
  return read_all(
      connection_.query(
          "SELECT " BOT_TOKEN_COLUMNS " FROM api_tokens WHERE user_id = $1 ORDER BY id", {user_id}),
      read_token);
}

bool TokenStore::remove(std::int64_t id) {
  return connection_.query("DELETE FROM api_tokens WHERE id = $1", {id}).changed() != 0;
}

bool TokenStore::replace(std::int64_t id, std::string_view token_sha256) {
  return connection_
             .query("UPDATE api_tokens SET token_sha256 = $2 WHERE id = $1", {id, token_sha256})
             .changed() != 0;
}

void TokenStore::touch(std::int64_t id, UnixMillis now) {
  connection_.query("UPDATE api_tokens SET last_used_at = $2 WHERE id = $1", {id, now});
}

}  // namespace bot::store
