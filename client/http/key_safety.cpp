#include "client/http/key_safety.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace bot::client {

Status check_key_safety(const Origin& origin,
                        const Headers& headers,
                        CleartextKeys cleartext_keys) {
  if (origin.scheme == Origin::Scheme::https || origin.is_loopback()) return Unit{};
  if (cleartext_keys == CleartextKeys::allowed) return Unit{};
  const bool has_key = std::any_of(headers.begin(), headers.end(), [](const auto& header) {
    return iequals(header.first, "X-API-Key") || iequals(header.first, "X-Admin-API-Key") ||
           iequals(header.first, "Authorization");
  });
  if (!has_key) return Unit{};
  return Error{.code = Errc::invalid_argument,
               .message = "a key would go to " + origin.host_and_port() +
                          " over plain http, where others can read it",
               .hint = "use an https URL, or allow keys over plain http for this server"};
}

}  // namespace bot::client
