#pragma once

#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/service.hpp"

namespace bot::client {

// GET /health. Servers of 2025 do not have it: check_health (client/health.hpp) copes.
struct GetHealth {
  using Response = types::Health;
  static constexpr std::string_view operation_name = "get_health";
  static constexpr Access access = Access::none;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
