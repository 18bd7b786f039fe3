#pragma once

#include <string>
#include <string_view>

namespace bot::http {

// A request target as it may be logged: what stands in the place of a callback secret
// (/bots/internal/callback/{secret}/…) and the values of query keys that carry keys are "***",
// whether or not the path is one of ours.
std::string redact_target(std::string_view target);

}  // namespace bot::http
