#include "client/ops/get_health.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GetHealth::encode() const {
  return HttpRequest{.target = "/health"};
}

Result<GetHealth::Response> GetHealth::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a health report");
}

}  // namespace bot::client
