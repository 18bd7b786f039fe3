#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/token.hpp"

namespace bot::client {

// POST /admin/users/{user_id}/tokens. The answer holds the token's value, this once. `expires_in`
// is a duration with a unit ("30d"); other generations ignore it and `name`.
struct CreateToken {
  using Response = types::Token;
  static constexpr std::string_view operation_name = "create_token";
  static constexpr Access access = Access::admin;

  std::int64_t user_id = 0;
  std::optional<std::string> name = std::nullopt;
  std::optional<std::string> expires_in = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
