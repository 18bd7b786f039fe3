// The views of the tree of a run. Each returns the whole report, ending in a newline.
#pragma once

#include <string>

#include "suites/result.hpp"

namespace bot::suites::report {

// The seed's table of expected results, then what failed with its evidence, what was skipped and
// why, OVERALL RESULT and the closing line `N passed, N failed, N skipped`, counting checks.
std::string text(const RunResult& run);

// The tree itself.
std::string json(const RunResult& run);

// The seed's report template, filled.
std::string markdown(const RunResult& run);

// One dialect of JUnit XML for Jenkins' strict schema, GitLab and GitHub's readers.
std::string junit(const RunResult& run);

}  // namespace bot::suites::report
