#include "client/ops/get_bot_command.hpp"

#include <string>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GetBotCommand::encode() const {
  const auto id = std::to_string(command_id);
  return HttpRequest{.target = path_of({"bots", platform, native_meeting_id, "commands", id})};
}

Result<GetBotCommand::Response> GetBotCommand::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a command");
}

}  // namespace bot::client
