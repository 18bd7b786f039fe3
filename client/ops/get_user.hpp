#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/user.hpp"

namespace bot::client {

// GET /admin/users/{id}, with the user's tokens.
struct GetUser {
  using Response = types::UserDetail;
  static constexpr std::string_view operation_name = "get_user";
  static constexpr Access access = Access::admin;

  std::int64_t id = 0;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
