// Jobs and accounts as others see them: in the API and in Redis.
#pragma once

#include <optional>
#include <string>

#include "client/types/account.hpp"
#include "client/types/job.hpp"
#include "server/jobs/account_store.hpp"
#include "server/jobs/job.hpp"

namespace bot::jobs {

types::Job to_wire(const JobRow& row);
types::Account to_wire(const AccountRow& row);

std::optional<std::string> time_or_null(std::optional<UnixMillis> time);

// Whatever happens to it now, it has to be revived for.
bool is_finished(JobStatus status);

}  // namespace bot::jobs
