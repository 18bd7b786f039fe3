// Jobs and accounts as the wire shows them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "client/types/account.hpp"
#include "client/types/job.hpp"
#include "client/types/job_statistics.hpp"
#include "server/http/principal.hpp"
#include "server/jobs/account_store.hpp"
#include "server/jobs/job_store.hpp"
#include "server/jobs/wire.hpp"

namespace bot::routes {

using jobs::to_wire;
types::JobCounts to_wire(const jobs::JobCounts& counts);
types::JobQueueCounts to_wire(const jobs::WaitingCounts& waiting,
                              std::int64_t running,
                              UnixMillis now);
types::JobDetail job_detail(const jobs::JobRow& row,
                            const std::vector<jobs::AccountRow>& accounts,
                            UnixMillis now);

// "4m30s", "2h0m5s", "0s".
std::string duration_text(UnixMillis milliseconds);

// The job of this id, if there is one that somebody may see.
std::optional<jobs::JobRow> find_job(sql::Connection& connection,
                                     const std::string& id,
                                     const http::Principal& who);

// Whose jobs and accounts somebody sees: a user its own, an administrator all.
std::optional<std::int64_t> owner_of(const http::Principal& who);

}  // namespace bot::routes
