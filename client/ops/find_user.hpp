#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/user.hpp"

namespace bot::client {

// GET /admin/users/email/{email}, an exact match.
struct FindUser {
  using Response = types::User;
  static constexpr std::string_view operation_name = "find_user";
  static constexpr Access access = Access::admin;

  std::string email = {};

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
