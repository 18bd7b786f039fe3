#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/account.hpp"

namespace bot::client {

// GET /api/accounts: those that the key has asked for, newest first; everybody's for the admin key.
// At most one has a username. Errors: not_found when nothing is known of the job.
struct ListAccounts {
  using Response = types::AccountPage;
  static constexpr std::string_view operation_name = "list_accounts";
  static constexpr Access access = Access::either;

  std::optional<std::string> status = std::nullopt;
  std::optional<std::string> username = std::nullopt;
  std::optional<std::string> job_id = std::nullopt;
  std::optional<std::int64_t> limit = std::nullopt;
  std::optional<std::int64_t> offset = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
