#include "client/ops/create_accounts.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest CreateAccounts::encode() const {
  types::Json body{{"count", count}};
  types::write_if_set(body, "username", username);
  return json_request("POST", "/api/accounts", body);
}

Result<CreateAccounts::Response> CreateAccounts::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a job");
}

}  // namespace bot::client
