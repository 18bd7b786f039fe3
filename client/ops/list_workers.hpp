#pragma once

#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/worker.hpp"

namespace bot::client {

// GET /admin/workers: those that are known, also stopped and lost ones.
struct ListWorkers {
  using Response = types::WorkerList;
  static constexpr std::string_view operation_name = "list_workers";
  static constexpr Access access = Access::admin;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
