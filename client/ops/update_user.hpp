#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/user.hpp"

namespace bot::client {

// PATCH /admin/users/{id}: only the fields that are set; `data` replaces the whole object.
struct UpdateUser {
  using Response = types::User;
  static constexpr std::string_view operation_name = "update_user";
  static constexpr Access access = Access::admin;

  std::int64_t id = 0;
  std::optional<std::string> name = std::nullopt;
  std::optional<std::string> image_url = std::nullopt;
  std::optional<std::int64_t> max_concurrent_bots = std::nullopt;
  std::optional<types::Json> data = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
