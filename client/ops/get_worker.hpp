#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/worker.hpp"

namespace bot::client {

// GET /admin/workers/{id}.
struct GetWorker {
  using Response = types::Worker;
  static constexpr std::string_view operation_name = "get_worker";
  static constexpr Access access = Access::admin;

  std::string id = {};

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
