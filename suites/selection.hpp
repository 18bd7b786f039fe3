#pragma once

#include <vector>

#include "suites/check.hpp"
#include "suites/smoke.hpp"

namespace bot::suites {

// The suites with only those checks that the options select and what these need, in order; suites
// without any are left out.
std::vector<Suite> select(std::vector<Suite> suites, const SmokeOptions& options);

}  // namespace bot::suites
