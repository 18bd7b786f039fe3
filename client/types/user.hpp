#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/types/json.hpp"
#include "client/types/token.hpp"

namespace bot::types {

// A user of the service, as the admin endpoints show it (contract §1.3).
struct User {
  std::int64_t id = 0;
  std::string email;
  std::optional<std::string> name;
  std::optional<std::string> image_url;
  std::int64_t max_concurrent_bots = 0;  // 0 refuses every bot
  Json data = Json::object();
  std::string created_at;

  bool operator==(const User&) const = default;
};

// A user with its tokens; token values are never shown again.
struct UserDetail {
  User user;
  std::vector<Token> api_tokens;

  bool operator==(const UserDetail&) const = default;
};

void to_json(Json& json, const User& user);
void from_json(const Json& json, User& user);
void to_json(Json& json, const UserDetail& detail);
void from_json(const Json& json, UserDetail& detail);

}  // namespace bot::types
