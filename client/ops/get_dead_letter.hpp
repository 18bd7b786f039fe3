#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/queue_item.hpp"

namespace bot::client {

// GET /admin/dead-letters/{id}, with the history of its attempts.
struct GetDeadLetter {
  using Response = types::QueueItem;
  static constexpr std::string_view operation_name = "get_dead_letter";
  static constexpr Access access = Access::admin;

  std::int64_t id = 0;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
