#pragma once

#include <string>

#include "client/types/json.hpp"

namespace bot::cli {

enum class JsonLook { compact, pretty };

// The value as valid UTF-8 without a final newline. Characters that would act on a terminal
// although JSON allows them raw (U+007F..U+009F, bidirectional overrides) are written as \uXXXX.
std::string json_text(const types::Json& value, JsonLook look);

}  // namespace bot::cli
