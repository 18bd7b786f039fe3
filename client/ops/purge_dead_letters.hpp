#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/ops/purge.hpp"
#include "client/types/queue_item.hpp"

namespace bot::client {

// POST /admin/dead-letters/purge: deletes all that the filter selects.
struct PurgeDeadLetters {
  using Response = types::Purged;
  static constexpr std::string_view operation_name = "purge_dead_letters";
  static constexpr Access access = Access::admin;

  std::optional<std::string> lane = std::nullopt;
  std::optional<std::string> kind = std::nullopt;
  std::optional<std::int64_t> older_than_seconds = std::nullopt;
  Purge purge = Purge::dry_run;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
