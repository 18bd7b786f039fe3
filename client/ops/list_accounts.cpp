#include "client/ops/list_accounts.hpp"

#include <string>
#include <utility>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListAccounts::encode() const {
  std::string target = "/api/accounts";
  add_query(target, "status", status);
  add_query(target, "username", username);
  add_query(target, "job_id", job_id);
  add_query(target, "limit", limit);
  add_query(target, "offset", offset);
  return HttpRequest{.target = std::move(target)};
}

Result<ListAccounts::Response> ListAccounts::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of accounts");
}

}  // namespace bot::client
