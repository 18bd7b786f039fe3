#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/user.hpp"

namespace bot::client {

// GET /admin/users?skip=&limit=: one page, in the order of their ids.
struct ListUsers {
  using Response = std::vector<types::User>;
  static constexpr std::string_view operation_name = "list_users";
  static constexpr Access access = Access::admin;

  std::int64_t skip = 0;
  std::int64_t limit = 100;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
