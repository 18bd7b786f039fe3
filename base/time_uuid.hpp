#pragma once

#include <string>

#include "base/clock.hpp"

namespace bot {

// Version 7 (RFC 9562): begins with the milliseconds, so that the newest ones stand together in an
// index however many there are; 74 bits are random. Lower case, 36 characters. Not a secret.
std::string time_uuid(UnixMillis now);

}  // namespace bot
