#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/lane.hpp"

namespace bot::client {

// POST /admin/queue/{lane}/resume.
struct ResumeLane {
  using Response = types::Lane;
  static constexpr std::string_view operation_name = "resume_lane";
  static constexpr Access access = Access::admin;

  std::string lane = {};

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
