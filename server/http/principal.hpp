#pragma once

#include <cstdint>
#include <string>

namespace bot::http {

// Who asks, after authentication. All zero for routes that ask nobody.
struct Principal {
  bool admin = false;
  std::int64_t user_id = 0;   // 0: not a user
  std::int64_t token_id = 0;  // the token that was used
  // Tells one administrator's key from another: the first digits of its SHA-256.
  std::string key_fingerprint = {};
};

}  // namespace bot::http
