#include "client/ops/list_meetings.hpp"

#include <string>
#include <utility>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListMeetings::encode() const {
  std::string target = "/meetings";
  add_query(target, "limit", limit);
  add_query(target, "offset", offset);
  add_query(target, "status", status);
  add_query(target, "platform", platform);
  return HttpRequest{.target = std::move(target)};
}

Result<ListMeetings::Response> ListMeetings::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of meetings");
}

}  // namespace bot::client
