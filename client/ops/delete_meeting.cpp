#include "client/ops/delete_meeting.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest DeleteMeeting::encode() const {
  return HttpRequest{.method = "DELETE",
                     .target = path_of({"meetings", platform, native_meeting_id})};
}

Result<DeleteMeeting::Response> DeleteMeeting::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a message");
}

}  // namespace bot::client
