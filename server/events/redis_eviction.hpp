#pragma once

#include <string>

#include "base/result.hpp"

namespace bot::redis {
class Connection;
}

namespace bot::events {

// A Redis that makes room by deleting keys loses what is relied upon, without a word. Errors:
// invalid_argument, with what to change. One that does not tell its policy is taken as it is.
// Throws as the connection does.
Status refuse_eviction(redis::Connection& connection);
// The same for the server of this URL; one that cannot be reached is not refused. REQUIRES:
// redis::parse_url takes it.
Status refuse_eviction(const std::string& url);

}  // namespace bot::events
