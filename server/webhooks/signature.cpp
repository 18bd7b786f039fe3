#include "server/webhooks/signature.hpp"

#include "base/ids.hpp"
#include "drivers/crypto.hpp"

namespace bot::webhooks {

std::string sign(std::string_view secret, std::int64_t unix_seconds, std::string_view body) {
  return "sha256=" +
         hmac_sha256_hex(secret, std::to_string(unix_seconds) + "." + std::string(body));
}

std::string make_secret() {
  return "whsec_" + random_alphanumeric(40);
}

}  // namespace bot::webhooks
