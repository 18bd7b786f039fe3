#pragma once

#include <string>
#include <vector>

#include "suites/stage.hpp"

namespace bot::suites {

// The checks that look behind the API. Each is skipped, and says what it needs, where the run sees
// nothing of that.

// The rows of the suite's user.
Outcome rows_obey_the_invariants(Stage& stage);
// Configurations of the language, and of nothing else, went over Redis to the running bot of that
// meeting, in this order.
Outcome commands_were_published(Stage& stage,
                                const std::string& label,
                                const std::vector<std::string>& languages);
// The service has left nothing in Redis since the run began but the streams that bots write to.
Outcome redis_holds_no_state(Stage& stage);

}  // namespace bot::suites
