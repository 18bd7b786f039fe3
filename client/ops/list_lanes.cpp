#include "client/ops/list_lanes.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListLanes::encode() const {
  return HttpRequest{.target = "/admin/queue"};
}

Result<ListLanes::Response> ListLanes::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of lanes");
}

}  // namespace bot::client
