#include "client/ops/revoke_token.hpp"

#include <string>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest RevokeToken::encode() const {
  return HttpRequest{.method = "DELETE",
                     .target = path_of({"admin", "tokens", std::to_string(id)})};
}

Result<RevokeToken::Response> RevokeToken::decode(const HttpResponse& answer) {
  if (answer.status == 204) return Unit{};
  return expect_json(answer);
}

}  // namespace bot::client
