#pragma once

#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/metrics.hpp"

namespace bot::client {

// GET /metrics. A server may serve it to its own network only, or not at all: not_found.
struct GetMetrics {
  using Response = types::Metrics;
  static constexpr std::string_view operation_name = "get_metrics";
  static constexpr Access access = Access::none;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
