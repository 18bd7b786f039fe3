#pragma once

#include "base/result.hpp"
#include "server/app/config.hpp"

namespace bot::app {

// Serves until SIGTERM or SIGINT, then shuts down gracefully: accepts nothing more, finishes what
// is being answered, treats bots as on_shutdown says, and loses no write. A handler that does
// not come back is left to the next start; whatever else hangs, the process has ended 40 s later,
// and then as failed. SIGHUP makes it read the
// TLS certificate again, if there is one, and never ends it. Gives up for good the right to gain
// privileges, and with `user` those of root once the ports and the TLS key are taken. Errors: why
// it could not start. REQUIRES: called before any thread is started (it blocks those signals in all
// of them).
Status serve(const Config& config);

}  // namespace bot::app
