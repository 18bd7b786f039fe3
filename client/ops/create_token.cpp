#include "client/ops/create_token.hpp"

#include <string>
#include <utility>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest CreateToken::encode() const {
  auto target = path_of({"admin", "users", std::to_string(user_id), "tokens"});
  if (!name && !expires_in) return HttpRequest{.method = "POST", .target = std::move(target)};
  auto body = types::Json::object();
  types::write_if_set(body, "name", name);
  types::write_if_set(body, "expires_in", expires_in);
  return json_request("POST", std::move(target), body);
}

Result<CreateToken::Response> CreateToken::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a token");
}

}  // namespace bot::client
