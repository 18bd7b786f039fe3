#pragma once

#include <string>

#include "suites/run.hpp"
#include "suites/smoke.hpp"

namespace bot::suites {

// run_smoke over a given wiring; `server` is what the run is called by. For run_smoke itself and
// for tests with a twin of the service.
Result<RunResult> run_over(const SmokeOptions& options, Wiring wiring, const std::string& server);

}  // namespace bot::suites
