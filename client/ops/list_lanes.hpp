#pragma once

#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/lane.hpp"

namespace bot::client {

// GET /admin/queue: the lanes of the durable queue with their numbers.
struct ListLanes {
  using Response = types::LaneList;
  static constexpr std::string_view operation_name = "list_lanes";
  static constexpr Access access = Access::admin;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
