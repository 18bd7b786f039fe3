#pragma once

#include "client/types/job_event.hpp"
#include "server/store/row_reader.hpp"

namespace bot::jobs {

// Of the columns id, job_id, event, at, data of job_events.
types::JobEvent read_event(store::RowReader& reader);

}  // namespace bot::jobs
