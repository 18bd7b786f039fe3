#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/job.hpp"

namespace bot::client {

// GET /api/jobs/{id}, with its progress and the accounts that it has made.
struct GetJob {
  using Response = types::JobDetail;
  static constexpr std::string_view operation_name = "get_job";
  static constexpr Access access = Access::either;

  std::string id = {};

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
