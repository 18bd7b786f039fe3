#pragma once

#include "base/clock.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/store/database.hpp"

namespace bot::jobs {

// Makes the users of the CSV text in a job of the kind `import`, a unit a row (import_rows.hpp): a
// row that cannot be used, or whose address is a user's already, is a unit that has failed. The
// accounts are called by their addresses. REQUIRES: the arguments outlive it.
queue::StoppableHandler import_handler(store::Database& database, const Clock& clock);

}  // namespace bot::jobs
