#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bot::webhooks {

// "sha256=" + hex HMAC-SHA256(secret, "<unix_seconds>." + body): header X-Webhook-Signature, with
// the same number in X-Webhook-Timestamp (contract §8, webhook.v1).
std::string sign(std::string_view secret, std::int64_t unix_seconds, std::string_view body);

// "whsec_" and 40 random characters.
std::string make_secret();

}  // namespace bot::webhooks
