#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/worker.hpp"

namespace bot::client {

// POST /admin/workers/{id}/resume: a quiet one works again.
struct ResumeWorker {
  using Response = types::Worker;
  static constexpr std::string_view operation_name = "resume_worker";
  static constexpr Access access = Access::admin;

  std::string id = {};

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
