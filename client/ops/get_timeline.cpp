#include "client/ops/get_timeline.hpp"

#include <string>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GetTimeline::encode() const {
  return HttpRequest{.target = path_of({"meetings", std::to_string(meeting_id), "timeline"})};
}

Result<GetTimeline::Response> GetTimeline::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a timeline");
}

}  // namespace bot::client
