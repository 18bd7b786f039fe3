#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/worker.hpp"

namespace bot::client {

// POST /admin/workers/{id}/quiet: it begins nothing more and ends what it has.
struct QuietWorker {
  using Response = types::Worker;
  static constexpr std::string_view operation_name = "quiet_worker";
  static constexpr Access access = Access::admin;

  std::string id = {};

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
