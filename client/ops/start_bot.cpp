#include "client/ops/start_bot.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest StartBot::encode() const {
  types::Json body{{"platform", platform}, {"native_meeting_id", native_meeting_id}};
  types::write_if_set(body, "bot_name", bot_name);
  types::write_if_set(body, "language", language);
  types::write_if_set(body, "task", task);
  types::write_if_set(body, "passcode", passcode);
  return json_request("POST", "/bots", body);
}

Result<StartBot::Response> StartBot::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a meeting");
}

}  // namespace bot::client
