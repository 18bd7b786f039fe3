#include "client/ops/update_meeting.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest UpdateMeeting::encode() const {
  auto data = types::Json::object();
  types::write_if_set(data, "name", name);
  types::write_if_set(data, "participants", participants);
  types::write_if_set(data, "languages", languages);
  types::write_if_set(data, "notes", notes);
  return json_request(
      "PATCH", path_of({"meetings", platform, native_meeting_id}), types::Json{{"data", data}});
}

Result<UpdateMeeting::Response> UpdateMeeting::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a meeting");
}

}  // namespace bot::client
