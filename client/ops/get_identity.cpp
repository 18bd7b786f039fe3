#include "client/ops/get_identity.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GetIdentity::encode() const {
  return HttpRequest{.target = "/auth/me"};
}

Result<GetIdentity::Response> GetIdentity::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "an identity");
}

}  // namespace bot::client
