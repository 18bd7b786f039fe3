#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "client/types/json.hpp"

namespace bot::types {

// How many jobs are in each state.
struct JobCounts {
  std::int64_t total = 0;
  std::int64_t pending = 0;
  std::int64_t running = 0;
  std::int64_t completed = 0;
  std::int64_t failed = 0;
  std::int64_t cancelled = 0;

  bool operator==(const JobCounts&) const = default;
};

void to_json(Json& json, const JobCounts& counts);
void from_json(const Json& json, JobCounts& counts);

// The jobs that wait, with their priorities, and those that are worked on.
struct JobQueueCounts {
  std::int64_t queue_length = 0;
  std::int64_t processing_count = 0;
  std::int64_t high_priority = 0;
  std::int64_t normal_priority = 0;
  std::int64_t low_priority = 0;
  std::int64_t ttl_seconds = 0;              // how long a finished job stays in Redis
  std::optional<double> oldest_age_seconds;  // since when the longest waiting one could have run

  bool operator==(const JobQueueCounts&) const = default;
};

void to_json(Json& json, const JobQueueCounts& counts);
void from_json(const Json& json, JobQueueCounts& counts);

// {"success":true,"job_stats":{…},"queue_stats":{…}}: GET /api/jobs/stats.
struct JobStatistics {
  JobCounts job_stats;
  JobQueueCounts queue_stats;

  bool operator==(const JobStatistics&) const = default;
};

void to_json(Json& json, const JobStatistics& statistics);
void from_json(const Json& json, JobStatistics& statistics);

struct AccountCounts {
  std::int64_t total = 0;
  std::int64_t active = 0;
  std::int64_t banned = 0;
  std::int64_t suspended = 0;
  std::int64_t created_today = 0;  // since 00:00 UTC

  bool operator==(const AccountCounts&) const = default;
};

void to_json(Json& json, const AccountCounts& counts);
void from_json(const Json& json, AccountCounts& counts);

// GET /api/stats. The rates are percent of the jobs that completed or failed; 0 before there are.
struct AccountStatistics {
  std::int64_t total_accounts = 0;
  double success_rate = 0;
  double failure_rate = 0;
  AccountCounts account_stats;
  JobCounts job_stats;
  JobQueueCounts queue_stats;

  bool operator==(const AccountStatistics&) const = default;
};

void to_json(Json& json, const AccountStatistics& statistics);
void from_json(const Json& json, AccountStatistics& statistics);

}  // namespace bot::types
