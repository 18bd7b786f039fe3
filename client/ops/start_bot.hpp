#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/meeting.hpp"

namespace bot::client {

// POST /bots. A lost answer may leave a bot running: start_bot_safely (client/start_bot_safely.hpp)
// looks before it repeats.
struct StartBot {
  using Response = types::Meeting;
  static constexpr std::string_view operation_name = "start_bot";
  static constexpr Access access = Access::user;

  std::string platform = {};
  std::string native_meeting_id = {};
  std::optional<std::string> bot_name = std::nullopt;
  std::optional<std::string> language = std::nullopt;
  std::optional<std::string> task = std::nullopt;
  std::optional<std::string> passcode = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
