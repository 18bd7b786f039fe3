#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "drivers/sql.hpp"
#include "server/jobs/job.hpp"

namespace bot::jobs {

// What an administrator has set while the service runs; what is not set is as it was started.
struct JobSettings {
  std::optional<std::int64_t> max_retries;
  std::optional<Millis> time_limit;
};

JobSettings read_settings(sql::Connection& connection);
// What is not set stays as it is.
void write_settings(sql::Connection& connection, const JobSettings& settings);

// How jobs that are made now are to be tried.
JobRules rules_now(sql::Connection& connection, const JobRules& started_with);

// Workers that have been heard of lately.
std::int64_t count_workers(sql::Connection& connection, UnixMillis now);

}  // namespace bot::jobs
