#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/command.hpp"

namespace bot::client {

// POST /admin/meetings/{id}/stop: like StopBot, for any user's meeting.
struct StopMeeting {
  using Response = types::Accepted;
  static constexpr std::string_view operation_name = "stop_meeting";
  static constexpr Access access = Access::admin;

  std::int64_t id = 0;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
