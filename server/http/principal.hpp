#pragma once

#include <cstdint>

namespace bot::http {

// Who asks, after authentication. All zero for routes that ask nobody.
struct Principal {
  bool admin = false;
  std::int64_t user_id = 0;   // 0: not a user
  std::int64_t token_id = 0;  // the token that was used
};

}  // namespace bot::http
