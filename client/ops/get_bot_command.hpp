#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/command.hpp"

namespace bot::client {

// GET /bots/{platform}/{native_meeting_id}/commands/{command_id}.
struct GetBotCommand {
  using Response = types::BotCommand;
  static constexpr std::string_view operation_name = "get_bot_command";
  static constexpr Access access = Access::user;

  std::string platform = {};
  std::string native_meeting_id = {};
  std::int64_t command_id = 0;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
