#include "server/jobs/wire.hpp"

#include "base/time_format.hpp"

namespace bot::jobs {

types::Job to_wire(const JobRow& row) {
  types::Job job;
  job.id = row.id;
  job.kind = row.kind;
  job.created_at = format_time(row.created_at);
  job.updated_at = format_time(row.updated_at);
  job.count = row.units;
  job.username = row.username;
  job.status = to_string(row.status);
  job.progress = row.successful + row.failed;
  job.successful = row.successful;
  job.failed = row.failed;
  job.started_at = time_or_null(row.started_at);
  job.completed_at = time_or_null(row.finished_at);
  job.error_msg = row.error_msg;
  job.test_mode = row.test_mode;
  job.priority = row.priority;
  return job;
}

types::Account to_wire(const AccountRow& row) {
  return {.id = row.user_id,
          .username = row.username,
          .email = row.email,
          .status = std::string(domain::to_string(row.status)),
          .concurrency_limit = row.max_concurrent_bots,
          .token_id = row.token_id,
          .token_shown = row.token_shown_at.has_value(),
          .created_at = format_time(row.created_at),
          .job_id = row.job_id};
}

std::optional<std::string> time_or_null(std::optional<UnixMillis> time) {
  if (!time) return std::nullopt;
  return format_time(*time);
}

bool is_finished(JobStatus status) {
  return status != JobStatus::pending && status != JobStatus::running;
}

}  // namespace bot::jobs
