#include "client/ops/get_account.hpp"

#include <string>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GetAccount::encode() const {
  return HttpRequest{.target = path_of({"api", "accounts", std::to_string(id)})};
}

Result<GetAccount::Response> GetAccount::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "an account");
}

}  // namespace bot::client
