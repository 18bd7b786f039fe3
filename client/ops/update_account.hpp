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

// PUT /api/accounts/{id}: the fields that are set change.
struct UpdateAccount {
  using Response = types::AccountAnswer;
  static constexpr std::string_view operation_name = "update_account";
  static constexpr Access access = Access::either;

  std::int64_t id = 0;
  std::optional<std::string> username = std::nullopt;
  std::optional<std::int64_t> concurrency_limit = std::nullopt;
  std::optional<std::string> status = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
