// Which addresses a webhook may go to (design §3, "Webhooks"): a user's URL must not make this
// server talk to what only this server can reach.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

struct sockaddr;

namespace bot::webhooks {

enum class PrivateTargets { refused, allowed };

struct Target {
  enum class Scheme { http, https };
  Scheme scheme = Scheme::https;
  std::string host;  // lower case; IPv6 without brackets
  std::uint16_t port = 443;
};

// For PUT /user/webhook. Checks form and, for a literal address or a name that is local by
// definition, the address; a name is resolved only when an event is delivered. Errors:
// invalid_argument with a sentence that fits a 422 entry.
Result<Target> validate_webhook_url(std::string_view url, PrivateTargets policy);

// "10.0.0.1", "::ffff:10.0.0.1", … : loopback, private, link-local, CGNAT, unspecified, multicast,
// reserved, documentation, IPv6 ULA, and IPv4 addresses of these kinds mapped or embedded in IPv6.
// True also for text that is no address.
bool is_private_address(std::string_view address);

// "192.0.2.1", "2001:db8::1": an IPv4 or IPv6 address without port and scope; else empty.
std::string address_text(const sockaddr& address);

// One look-up; the addresses as address_text gives them. Errors: unreachable (no such name),
// forbidden (one of its addresses is refused: a name with both kinds is refused whole).
Result<std::vector<std::string>> resolve_target(const Target& target, PrivateTargets policy);

}  // namespace bot::webhooks
