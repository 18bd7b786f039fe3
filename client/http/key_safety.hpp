#pragma once

#include "base/result.hpp"
#include "client/http/origin.hpp"
#include "client/http/transport.hpp"

namespace bot::client {

// Errc::invalid_argument when the headers hold a key that would cross the network in clear.
Status check_key_safety(const Origin& origin, const Headers& headers, CleartextKeys cleartext_keys);

}  // namespace bot::client
