#include "client/ops/get_ready.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GetReady::encode() const {
  return HttpRequest{.target = "/ready"};
}

Result<GetReady::Response> GetReady::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a readiness report");
}

}  // namespace bot::client
