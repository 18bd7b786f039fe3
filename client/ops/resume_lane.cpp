#include "client/ops/resume_lane.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ResumeLane::encode() const {
  return HttpRequest{.method = "POST", .target = path_of({"admin", "queue", lane, "resume"})};
}

Result<ResumeLane::Response> ResumeLane::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a lane");
}

}  // namespace bot::client
