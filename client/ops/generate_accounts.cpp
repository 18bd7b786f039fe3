#include "client/ops/generate_accounts.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GenerateAccounts::encode() const {
  types::Json body{{"count", count}};
  types::write_if_set(body, "priority", priority);
  types::write_if_set(body, "username", username);
  return json_request("POST", "/api/accounts/generate", body);
}

Result<GenerateAccounts::Response> GenerateAccounts::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of jobs");
}

}  // namespace bot::client
