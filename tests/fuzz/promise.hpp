#pragma once

#include <string_view>

namespace bot::fuzz {

// Says on stderr what was promised and what came instead, and aborts, unless the promise is kept.
void require(bool kept, std::string_view promise, std::string_view instead = "");

}  // namespace bot::fuzz
