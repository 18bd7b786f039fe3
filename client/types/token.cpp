#include "client/types/token.hpp"

namespace bot::types {

void to_json(Json& json, const Token& token) {
  json = Json{{"user_id", token.user_id}, {"id", token.id}};
  write_if_set(json, "token", token.token);
  json["name"] = nullable(token.name);
  json["created_at"] = token.created_at;
  json["expires_at"] = nullable(token.expires_at);
  json["last_used_at"] = nullable(token.last_used_at);
}

void from_json(const Json& json, Token& token) {
  read(json, "id", token.id);
  read(json, "user_id", token.user_id);
  read(json, "token", token.token);
  read(json, "name", token.name);
  read_if_there(json, "created_at", token.created_at);
  read(json, "expires_at", token.expires_at);
  read(json, "last_used_at", token.last_used_at);
}

void to_json(Json& json, const Identity& identity) {
  json = Json{{"admin", identity.admin},
              {"user_id", nullable(identity.user_id)},
              {"email", nullable(identity.email)},
              {"max_concurrent_bots", nullable(identity.max_concurrent_bots)},
              {"token_id", nullable(identity.token_id)},
              {"token_name", nullable(identity.token_name)},
              {"expires_at", nullable(identity.expires_at)}};
}

void from_json(const Json& json, Identity& identity) {
  read_if_there(json, "admin", identity.admin);
  read(json, "user_id", identity.user_id);
  read(json, "email", identity.email);
  read(json, "max_concurrent_bots", identity.max_concurrent_bots);
  read(json, "token_id", identity.token_id);
  read(json, "token_name", identity.token_name);
  read(json, "expires_at", identity.expires_at);
}

}  // namespace bot::types
