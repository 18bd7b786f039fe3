#include "client/ops/list_all_meetings.hpp"

#include <string>
#include <utility>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListAllMeetings::encode() const {
  std::string target = "/admin/meetings";
  add_query(target, "status", status);
  add_query(target, "user_id", user_id);
  add_query(target, "limit", limit);
  add_query(target, "offset", offset);
  return HttpRequest{.target = std::move(target)};
}

Result<ListAllMeetings::Response> ListAllMeetings::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of meetings");
}

}  // namespace bot::client
