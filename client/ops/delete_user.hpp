#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/service.hpp"

namespace bot::client {

// DELETE /admin/users/{id}: its bots are stopped first. 405 on servers that cannot.
struct DeleteUser {
  using Response = types::Message;
  static constexpr std::string_view operation_name = "delete_user";
  static constexpr Access access = Access::admin;

  std::int64_t id = 0;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
