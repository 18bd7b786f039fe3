#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/queue_item.hpp"

namespace bot::client {

// GET /admin/dead-letters: items that were given up, newest first.
struct ListDeadLetters {
  using Response = types::QueueItemList;
  static constexpr std::string_view operation_name = "list_dead_letters";
  static constexpr Access access = Access::admin;

  std::optional<std::string> lane = std::nullopt;
  std::optional<std::string> kind = std::nullopt;
  std::optional<std::string> search = std::nullopt;
  std::optional<std::int64_t> before = std::nullopt;  // an item's id
  std::optional<std::int64_t> limit = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
