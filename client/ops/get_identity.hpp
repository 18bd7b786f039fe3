#pragma once

#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/token.hpp"

namespace bot::client {

// GET /auth/me: whom the key belongs to.
struct GetIdentity {
  using Response = types::Identity;
  static constexpr std::string_view operation_name = "get_identity";
  static constexpr Access access = Access::either;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
