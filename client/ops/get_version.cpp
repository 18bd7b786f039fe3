#include "client/ops/get_version.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GetVersion::encode() const {
  return HttpRequest{.target = "/version"};
}

Result<GetVersion::Response> GetVersion::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a version");
}

}  // namespace bot::client
