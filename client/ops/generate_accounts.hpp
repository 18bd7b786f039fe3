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

// POST /api/accounts/generate: a job for each of `count` accounts.
struct GenerateAccounts {
  using Response = types::GeneratedJobs;
  static constexpr std::string_view operation_name = "generate_accounts";
  static constexpr Access access = Access::either;

  std::int64_t count = 1;
  std::optional<std::string> priority = std::nullopt;
  std::optional<std::string> username = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
