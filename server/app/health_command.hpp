#pragma once

#include <iosfwd>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "server/app/config.hpp"

namespace bot::app {

// `botd health`, for containers and units: prints one line when the worker, or else the server, is
// well. A worker is asked for in the database, or without one in Redis: its heartbeat must be fresh
// and it must not have stopped. A server has to be ready. Errors: unavailable with what is wrong;
// invalid_argument when there is nothing to ask.
Status check_health(const Config& config, const Clock& clock, std::ostream& out);

}  // namespace bot::app
