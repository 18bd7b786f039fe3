#include "client/ops/list_bot_commands.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListBotCommands::encode() const {
  return HttpRequest{.target = path_of({"bots", platform, native_meeting_id, "commands"})};
}

Result<ListBotCommands::Response> ListBotCommands::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of commands");
}

}  // namespace bot::client
