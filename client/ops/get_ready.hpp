#pragma once

#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/service.hpp"

namespace bot::client {

// GET /ready: `parts` says what is well; a server that is not ready answers 503.
struct GetReady {
  using Response = types::Health;
  static constexpr std::string_view operation_name = "get_ready";
  static constexpr Access access = Access::none;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
