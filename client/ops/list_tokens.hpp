#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/token.hpp"

namespace bot::client {

// GET /admin/users/{user_id}/tokens.
struct ListTokens {
  using Response = std::vector<types::Token>;
  static constexpr std::string_view operation_name = "list_tokens";
  static constexpr Access access = Access::admin;

  std::int64_t user_id = 0;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
