#pragma once

#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/meeting.hpp"

namespace bot::client {

// GET /bots/status.
struct GetBotsStatus {
  using Response = types::BotsStatus;
  static constexpr std::string_view operation_name = "get_bots_status";
  static constexpr Access access = Access::user;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
