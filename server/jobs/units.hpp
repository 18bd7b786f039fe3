#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "server/jobs/job.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/store/database.hpp"

namespace bot::jobs {

// Does one unit in its transaction; the id of the user it made. An Error is for good: the unit is
// written down as failed, with its sentence; whatever the work did must be undone by itself.
// Numbers are from 1.
using UnitWork = std::function<Result<std::int64_t>(
    sql::Connection& connection, const JobRow& job, std::int64_t unit, UnixMillis now)>;

// Works on all units of an item's job that are not decided yet, each in a transaction of its own
// that holds its work, its row and the job's count together, and that does nothing when somebody
// else has the item meanwhile: a unit is done once, however often its item comes. What fails for
// reasons that may pass is left for the next attempt, the other units are done nevertheless. When
// some cannot be done, the job fails and says how many there are and why.
queue::Outcome run_units(store::Database& database,
                         const Clock& clock,
                         const queue::Item& item,
                         const queue::Run& run,
                         const UnitWork& work);

}  // namespace bot::jobs
