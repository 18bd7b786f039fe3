#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/job.hpp"

namespace bot::client {

// GET /api/jobs: those that the key may see, newest first.
struct ListJobs {
  using Response = types::JobList;
  static constexpr std::string_view operation_name = "list_jobs";
  static constexpr Access access = Access::either;

  std::optional<std::string> status = std::nullopt;
  std::optional<std::string> kind = std::nullopt;
  std::optional<std::int64_t> limit = std::nullopt;
  std::optional<std::int64_t> offset = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
