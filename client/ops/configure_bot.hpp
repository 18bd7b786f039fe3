#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/command.hpp"

namespace bot::client {

// PUT /bots/{platform}/{native_meeting_id}/config: only the fields that are set are sent.
struct ConfigureBot {
  using Response = types::Accepted;
  static constexpr std::string_view operation_name = "configure_bot";
  static constexpr Access access = Access::user;

  std::string platform = {};
  std::string native_meeting_id = {};
  std::optional<std::string> language = std::nullopt;
  std::optional<std::string> task = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
