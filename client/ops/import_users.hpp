#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/job.hpp"

namespace bot::client {

// POST /api/jobs/import: a job that makes a user of each line of `csv`, whose first line names
// the columns: email,name,max_concurrent_bots.
struct ImportUsers {
  using Response = types::JobAnswer;
  static constexpr std::string_view operation_name = "import_users";
  static constexpr Access access = Access::admin;

  std::string csv = {};
  std::optional<std::string> priority = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
