#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/queue_item.hpp"

namespace bot::client {

// POST /admin/dead-letters/{id}/retry: it is ready again, with all its attempts.
struct RetryDeadLetter {
  using Response = types::QueueItem;
  static constexpr std::string_view operation_name = "retry_dead_letter";
  static constexpr Access access = Access::admin;

  std::int64_t id = 0;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
