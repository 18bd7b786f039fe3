#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "client/types/meeting.hpp"

namespace bot::suites {

// The meeting that an item of GET /bots/status is of; older servers tell it only in the container's
// name. 0 when it is not told.
std::int64_t meeting_of(const types::RunningBot& bot);

// "1, 2"; "none" when empty.
std::string text_of(const std::set<std::int64_t>& ids);

}  // namespace bot::suites
