#pragma once

#include <string>

#include "base/clock.hpp"
#include "server/jobs/job.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/store/database.hpp"

namespace bot::jobs {

// How the account of a unit is called: the job's username, or one made of the job's id; with the
// unit's number when there are several.
std::string username_of(const JobRow& job, std::int64_t unit);

// Makes the users that a job of the kind `accounts` asks for, each with a token and the least
// limit; their e-mail addresses are of this domain. REQUIRES: the arguments outlive it.
queue::StoppableHandler accounts_handler(store::Database& database,
                                         const Clock& clock,
                                         std::string domain);

}  // namespace bot::jobs
