#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace bot::cli {

// "[#####-----]  3/6   50 %": as wide as `columns` allows, at most 40 for the bar itself, and
// without one where there is no room. More than all counts as all, a total of zero as nothing yet.
std::string progress_bar(std::int64_t current, std::int64_t total, std::size_t columns);

}  // namespace bot::cli
