#pragma once

#include <string_view>

namespace bot::jobs {

// Where a process that has enqueued something says so to those that do not share its memory. The
// message is the lane.
inline constexpr std::string_view wake_channel = "botrix:jobs:wake";

}  // namespace bot::jobs
