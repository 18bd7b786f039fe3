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

// POST /api/accounts: one job for all of them. A username with a count above one is numbered.
struct CreateAccounts {
  using Response = types::JobAnswer;
  static constexpr std::string_view operation_name = "create_accounts";
  static constexpr Access access = Access::either;

  std::int64_t count = 1;
  std::optional<std::string> username = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
