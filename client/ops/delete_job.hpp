#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/job.hpp"

namespace bot::client {

// DELETE /api/jobs/{id}. Refused until it has ended.
struct DeleteJob {
  using Response = types::JobAnswer;
  static constexpr std::string_view operation_name = "delete_job";
  static constexpr Access access = Access::either;

  std::string id = {};

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
