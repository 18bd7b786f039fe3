#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/account.hpp"

namespace bot::client {

// GET /api/accounts/{id}.
struct GetAccount {
  using Response = types::AccountAnswer;
  static constexpr std::string_view operation_name = "get_account";
  static constexpr Access access = Access::either;

  std::int64_t id = 0;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
