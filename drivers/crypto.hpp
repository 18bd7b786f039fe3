#pragma once

#include <string>
#include <string_view>

namespace bot {

// Lower-case hex, 64 characters. Throw bot::Fault when the library gives no digest.
std::string sha256_hex(std::string_view bytes);
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

}  // namespace bot
