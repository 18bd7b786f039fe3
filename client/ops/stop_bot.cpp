#include "client/ops/stop_bot.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest StopBot::encode() const {
  return HttpRequest{.method = "DELETE", .target = path_of({"bots", platform, native_meeting_id})};
}

Result<StopBot::Response> StopBot::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "an acceptance");
}

}  // namespace bot::client
