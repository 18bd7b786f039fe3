#pragma once

#include <string_view>

namespace bot::jobs {

// Where a test stops a worker at the worst moment: the effect of a unit is committed, and nobody
// knows yet. Nothing happens unless the environment has BOTD_TEST_SIGNALS=FOLDER. Then whoever
// works on the job, or is the process, that a file FOLDER/hold.NAME names (a job's id, a process's
// number) makes a file FOLDER/held.NAME and stands still until the first one is gone.
void hold_after_effect(std::string_view job_id);

}  // namespace bot::jobs
