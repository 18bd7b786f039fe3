#include "server/routes/job_wire.hpp"

#include <algorithm>

namespace bot::routes {

types::JobCounts to_wire(const jobs::JobCounts& counts) {
  return {.total = counts.total(),
          .pending = counts.pending,
          .running = counts.running,
          .completed = counts.completed,
          .failed = counts.failed,
          .cancelled = counts.cancelled};
}

types::JobQueueCounts to_wire(const jobs::WaitingCounts& waiting,
                              std::int64_t running,
                              UnixMillis now) {
  types::JobQueueCounts counts{.queue_length = waiting.low + waiting.normal + waiting.high,
                               .processing_count = running,
                               .high_priority = waiting.high,
                               .normal_priority = waiting.normal,
                               .low_priority = waiting.low,
                               .ttl_seconds = jobs::redis_ttl_seconds,
                               .oldest_age_seconds = std::nullopt};
  if (waiting.oldest_at) {
    const auto age = std::max<UnixMillis>(0, now - *waiting.oldest_at);
    counts.oldest_age_seconds = static_cast<double>(age) / 1000;
  }
  return counts;
}

types::JobDetail job_detail(const jobs::JobRow& row,
                            const std::vector<jobs::AccountRow>& accounts,
                            UnixMillis now) {
  types::JobDetail detail;
  detail.job = to_wire(row);
  detail.status = detail.job.status;
  detail.progress = {.current = detail.job.progress,
                     .total = row.units,
                     .percentage = row.units == 0 ? 100
                                                  : 100 * static_cast<double>(detail.job.progress) /
                                                        static_cast<double>(row.units),
                     .successful = row.successful,
                     .failed = row.failed};
  if (row.started_at) {
    detail.duration = duration_text(row.finished_at.value_or(now) - *row.started_at);
  }
  for (const auto& account : accounts)
    detail.accounts.push_back(to_wire(account));
  return detail;
}

std::string duration_text(UnixMillis milliseconds) {
  const auto seconds = std::max<UnixMillis>(0, milliseconds) / 1000;
  std::string text;
  if (seconds >= 3600) text += std::to_string(seconds / 3600) + "h";
  if (seconds >= 60) text += std::to_string(seconds / 60 % 60) + "m";
  return text + std::to_string(seconds % 60) + "s";
}

std::optional<jobs::JobRow> find_job(sql::Connection& connection,
                                     const std::string& id,
                                     const http::Principal& who) {
  const bool possible = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
  });
  return possible ? jobs::JobStore(connection).find(id, owner_of(who)) : std::nullopt;
}

std::optional<std::int64_t> owner_of(const http::Principal& who) {
  return who.admin ? std::nullopt : std::optional(who.user_id);
}

}  // namespace bot::routes
