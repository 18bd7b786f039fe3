#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/command.hpp"

namespace bot::client {

// GET /bots/{platform}/{native_meeting_id}/commands, oldest first.
struct ListBotCommands {
  using Response = types::BotCommandList;
  static constexpr std::string_view operation_name = "list_bot_commands";
  static constexpr Access access = Access::user;

  std::string platform = {};
  std::string native_meeting_id = {};

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
