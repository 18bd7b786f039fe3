#pragma once

#include "base/result.hpp"
#include "server/app/config.hpp"

namespace bot::app {

// `botd worker`: works on the queue of a PostgreSQL database until SIGTERM or SIGINT, or until an
// administrator wants it to end, and then stops in stages within the grace: takes nothing more,
// waits, returns what is not done. Ends ten seconds after that at the very latest, whatever the
// database and Redis do. SIGTSTP has it take nothing more; a second signal ends it at
// once. When no handler of a lane comes back it stops by itself, and the process ends with 1.
// Errors: conflict, when a worker of this id is running on this machine or is heard of from another;
// invalid_argument for a Redis that may delete keys.
Status work(const Config& config);

}  // namespace bot::app
