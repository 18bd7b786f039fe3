#include "client/ops/update_user.hpp"

#include <string>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest UpdateUser::encode() const {
  auto body = types::Json::object();
  types::write_if_set(body, "name", name);
  types::write_if_set(body, "image_url", image_url);
  types::write_if_set(body, "max_concurrent_bots", max_concurrent_bots);
  types::write_if_set(body, "data", data);
  return json_request("PATCH", path_of({"admin", "users", std::to_string(id)}), body);
}

Result<UpdateUser::Response> UpdateUser::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a user");
}

}  // namespace bot::client
