#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/job.hpp"

namespace bot::client {

// POST /api/jobs/{id}/retry: a failed or cancelled one is pending again.
struct RetryJob {
  using Response = types::JobAnswer;
  static constexpr std::string_view operation_name = "retry_job";
  static constexpr Access access = Access::either;

  std::string id = {};

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
