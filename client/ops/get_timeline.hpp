#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/meeting.hpp"

namespace bot::client {

// GET /meetings/{meeting_id}/timeline.
struct GetTimeline {
  using Response = types::Timeline;
  static constexpr std::string_view operation_name = "get_timeline";
  static constexpr Access access = Access::user;

  std::int64_t meeting_id = 0;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
