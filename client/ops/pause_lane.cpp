#include "client/ops/pause_lane.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest PauseLane::encode() const {
  return HttpRequest{.method = "POST", .target = path_of({"admin", "queue", lane, "pause"})};
}

Result<PauseLane::Response> PauseLane::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a lane");
}

}  // namespace bot::client
