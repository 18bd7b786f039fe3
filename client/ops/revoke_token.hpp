#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"

namespace bot::client {

// DELETE /admin/tokens/{id}, answered 204.
struct RevokeToken {
  using Response = Unit;
  static constexpr std::string_view operation_name = "revoke_token";
  static constexpr Access access = Access::admin;

  std::int64_t id = 0;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
