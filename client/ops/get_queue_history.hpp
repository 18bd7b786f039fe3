#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/queue_history.hpp"

namespace bot::client {

// GET /admin/queue/history: what finished, by lane and day of UTC.
struct GetQueueHistory {
  using Response = types::QueueHistory;
  static constexpr std::string_view operation_name = "get_queue_history";
  static constexpr Access access = Access::admin;

  std::optional<std::int64_t> days = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
