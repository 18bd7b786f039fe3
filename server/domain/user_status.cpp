#include "server/domain/user_status.hpp"

namespace bot::domain {

std::string_view to_string(UserStatus status) {
  switch (status) {
    case UserStatus::active:
      return "active";
    case UserStatus::suspended:
      return "suspended";
    case UserStatus::banned:
      return "banned";
  }
  return "banned";
}

std::optional<UserStatus> parse_user_status(std::string_view name) {
  for (const auto status : {UserStatus::active, UserStatus::suspended, UserStatus::banned}) {
    if (name == to_string(status)) return status;
  }
  return std::nullopt;
}

}  // namespace bot::domain
