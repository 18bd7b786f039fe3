#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/ops/purge.hpp"
#include "client/types/queue_item.hpp"

namespace bot::client {

// POST /admin/queue/{lane}/purge: deletes every item in that state.
struct PurgeLane {
  using Response = types::Purged;
  static constexpr std::string_view operation_name = "purge_lane";
  static constexpr Access access = Access::admin;

  std::string lane = {};
  std::string status = {};  // ready, done or dead
  Purge purge = Purge::dry_run;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
