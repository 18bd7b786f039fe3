#include "client/ops/update_account.hpp"

#include <string>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest UpdateAccount::encode() const {
  auto body = types::Json::object();
  types::write_if_set(body, "username", username);
  types::write_if_set(body, "concurrency_limit", concurrency_limit);
  types::write_if_set(body, "status", status);
  return json_request("PUT", path_of({"api", "accounts", std::to_string(id)}), body);
}

Result<UpdateAccount::Response> UpdateAccount::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "an account");
}

}  // namespace bot::client
