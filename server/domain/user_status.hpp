#pragma once

#include <optional>
#include <string_view>

namespace bot::domain {

// Whether a user may use the service. Every key of one that is not active is refused.
enum class UserStatus { active, suspended, banned };

// The stored names, which are those on the wire.
std::string_view to_string(UserStatus status);
std::optional<UserStatus> parse_user_status(std::string_view name);

}  // namespace bot::domain
