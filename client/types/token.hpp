#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "client/types/json.hpp"

namespace bot::types {

// An API token. `token` is its secret value and is there only in the answer to its creation.
struct Token {
  std::int64_t id = 0;
  std::int64_t user_id = 0;
  std::optional<std::string> token;
  std::optional<std::string> name;
  std::string created_at;
  std::optional<std::string> expires_at;
  std::optional<std::string> last_used_at;

  bool operator==(const Token&) const = default;
};

void to_json(Json& json, const Token& token);
void from_json(const Json& json, Token& token);

// Who a key belongs to: GET /auth/me.
struct Identity {
  bool admin = false;
  std::optional<std::int64_t> user_id;
  std::optional<std::string> email;
  std::optional<std::int64_t> max_concurrent_bots;
  std::optional<std::int64_t> token_id;
  std::optional<std::string> token_name;
  std::optional<std::string> expires_at;

  bool operator==(const Identity&) const = default;
};

void to_json(Json& json, const Identity& identity);
void from_json(const Json& json, Identity& identity);

}  // namespace bot::types
