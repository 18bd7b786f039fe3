#include "client/ops/create_user.hpp"

#include <utility>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest CreateUser::encode() const {
  types::Json body{{"email", email}};
  types::write_if_set(body, "name", name);
  types::write_if_set(body, "image_url", image_url);
  types::write_if_set(body, "max_concurrent_bots", max_concurrent_bots);
  return json_request("POST", "/admin/users", body);
}

Result<CreateUser::Response> CreateUser::decode(const HttpResponse& answer) {
  auto user = decode_json<types::User>(answer, "a user");
  if (!user) return std::move(user).error();
  return UserCreation{.user = std::move(*user), .created = answer.status == 201};
}

}  // namespace bot::client
