#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/command.hpp"

namespace bot::client {

// DELETE /bots/{platform}/{native_meeting_id}: accepted (202), not done yet.
struct StopBot {
  using Response = types::Accepted;
  static constexpr std::string_view operation_name = "stop_bot";
  static constexpr Access access = Access::user;

  std::string platform = {};
  std::string native_meeting_id = {};

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
