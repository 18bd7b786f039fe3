#include "client/ops/stop_meeting.hpp"

#include <string>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest StopMeeting::encode() const {
  return HttpRequest{.method = "POST",
                     .target = path_of({"admin", "meetings", std::to_string(id), "stop"})};
}

Result<StopMeeting::Response> StopMeeting::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "an acceptance");
}

}  // namespace bot::client
