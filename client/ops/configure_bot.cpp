#include "client/ops/configure_bot.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ConfigureBot::encode() const {
  auto body = types::Json::object();
  types::write_if_set(body, "language", language);
  types::write_if_set(body, "task", task);
  return json_request("PUT", path_of({"bots", platform, native_meeting_id, "config"}), body);
}

Result<ConfigureBot::Response> ConfigureBot::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "an acceptance");
}

}  // namespace bot::client
