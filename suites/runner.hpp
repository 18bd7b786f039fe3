#pragma once

#include <vector>

#include "suites/check.hpp"
#include "suites/run.hpp"

namespace bot::suites {

// Runs the suites once: side by side on a few threads, each as soon as the suites that it needs
// have ended, those that want to be alone at the end. What each made is removed when it ends.
// Results are in the order of the suites. `round` counts from 1.
std::vector<SuiteResult> run_suites(Run& run, const std::vector<Suite>& suites, int round);

}  // namespace bot::suites
