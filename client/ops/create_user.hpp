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

struct UserCreation {
  types::User user;
  bool created = false;  // false: it was there already

  bool operator==(const UserCreation&) const = default;
};

// POST /admin/users, find-or-create: a user with that e-mail comes back unchanged, whatever the
// other fields say, and `created` is false.
struct CreateUser {
  using Response = UserCreation;
  static constexpr std::string_view operation_name = "create_user";
  static constexpr Access access = Access::admin;

  std::string email = {};
  std::optional<std::string> name = std::nullopt;
  std::optional<std::string> image_url = std::nullopt;
  std::optional<std::int64_t> max_concurrent_bots = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
