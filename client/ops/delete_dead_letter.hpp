#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"

namespace bot::client {

// DELETE /admin/dead-letters/{id}.
struct DeleteDeadLetter {
  using Response = Unit;
  static constexpr std::string_view operation_name = "delete_dead_letter";
  static constexpr Access access = Access::admin;

  std::int64_t id = 0;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
