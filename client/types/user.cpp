#include "client/types/user.hpp"

namespace bot::types {

void to_json(Json& json, const User& user) {
  json = Json{{"email", user.email},
              {"name", nullable(user.name)},
              {"image_url", nullable(user.image_url)},
              {"max_concurrent_bots", user.max_concurrent_bots},
              {"data", user.data},
              {"id", user.id},
              {"created_at", user.created_at}};
}

void from_json(const Json& json, User& user) {
  read(json, "id", user.id);
  read(json, "email", user.email);
  read(json, "name", user.name);
  read(json, "image_url", user.image_url);
  read(json, "max_concurrent_bots", user.max_concurrent_bots);
  read_if_there(json, "data", user.data);
  read_if_there(json, "created_at", user.created_at);
}

void to_json(Json& json, const UserDetail& detail) {
  to_json(json, detail.user);
  json["api_tokens"] = detail.api_tokens;
}

void from_json(const Json& json, UserDetail& detail) {
  from_json(json, detail.user);
  read_if_there(json, "api_tokens", detail.api_tokens);
}

}  // namespace bot::types
