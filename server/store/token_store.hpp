#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "drivers/sql.hpp"
#include "server/store/rows.hpp"

namespace bot::store {

struct NewToken {
  std::int64_t user_id = 0;
  std::string token_sha256;
  std::optional<std::string> name = {};
  std::optional<UnixMillis> expires_at = {};
};

struct TokenAndUser {
  TokenRow token;
  UserRow user;
};

class TokenStore {
 public:
  explicit TokenStore(sql::Connection& connection) : connection_(connection) {}

  // REQUIRES: the user is there (the engine refuses another with sql::Fault).
  TokenRow create(const NewToken& token, UnixMillis now);
  // Whose key is this? One query; nullopt when it is unknown or expired.
  std::optional<TokenAndUser> find_live(std::string_view token_sha256, UnixMillis now);
  // Ordered by id.
  std::vector<TokenRow> list(std::int64_t user_id);
  bool remove(std::int64_t id);
  // Another value; the former one is no key any more. False when there is no such token.
  bool replace(std::int64_t id, std::string_view token_sha256);
  void touch(std::int64_t id, UnixMillis now);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::store
