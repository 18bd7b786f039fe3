#include "client/types/job_statistics.hpp"

namespace bot::types {

void to_json(Json& json, const JobCounts& counts) {
  json = Json{{"total", counts.total},
              {"pending", counts.pending},
              {"running", counts.running},
              {"completed", counts.completed},
              {"failed", counts.failed},
              {"cancelled", counts.cancelled}};
}

void from_json(const Json& json, JobCounts& counts) {
  read_if_there(json, "total", counts.total);
  read_if_there(json, "pending", counts.pending);
  read_if_there(json, "running", counts.running);
  read_if_there(json, "completed", counts.completed);
  read_if_there(json, "failed", counts.failed);
  read_if_there(json, "cancelled", counts.cancelled);
}

void to_json(Json& json, const JobQueueCounts& counts) {
  json = Json{{"queue_length", counts.queue_length},
              {"processing_count", counts.processing_count},
              {"high_priority", counts.high_priority},
              {"normal_priority", counts.normal_priority},
              {"low_priority", counts.low_priority},
              {"ttl_seconds", counts.ttl_seconds},
              {"oldest_age_seconds", nullable(counts.oldest_age_seconds)}};
}

void from_json(const Json& json, JobQueueCounts& counts) {
  read_if_there(json, "queue_length", counts.queue_length);
  read_if_there(json, "processing_count", counts.processing_count);
  read_if_there(json, "high_priority", counts.high_priority);
  read_if_there(json, "normal_priority", counts.normal_priority);
  read_if_there(json, "low_priority", counts.low_priority);
  read_if_there(json, "ttl_seconds", counts.ttl_seconds);
  read(json, "oldest_age_seconds", counts.oldest_age_seconds);
}

void to_json(Json& json, const JobStatistics& statistics) {
  json = Json{{"success", true},
              {"job_stats", statistics.job_stats},
              {"queue_stats", statistics.queue_stats}};
}

void from_json(const Json& json, JobStatistics& statistics) {
  read(json, "job_stats", statistics.job_stats);
  read(json, "queue_stats", statistics.queue_stats);
}

void to_json(Json& json, const AccountCounts& counts) {
  json = Json{{"total", counts.total},
              {"active", counts.active},
              {"banned", counts.banned},
              {"suspended", counts.suspended},
              {"created_today", counts.created_today}};
}

void from_json(const Json& json, AccountCounts& counts) {
  read_if_there(json, "total", counts.total);
  read_if_there(json, "active", counts.active);
  read_if_there(json, "banned", counts.banned);
  read_if_there(json, "suspended", counts.suspended);
  read_if_there(json, "created_today", counts.created_today);
}

void to_json(Json& json, const AccountStatistics& statistics) {
  json = Json{{"success", true},
              {"total_accounts", statistics.total_accounts},
              {"success_rate", statistics.success_rate},
              {"failure_rate", statistics.failure_rate},
              {"account_stats", statistics.account_stats},
              {"job_stats", statistics.job_stats},
              {"queue_stats", statistics.queue_stats}};
}

void from_json(const Json& json, AccountStatistics& statistics) {
  read_if_there(json, "total_accounts", statistics.total_accounts);
  read_if_there(json, "success_rate", statistics.success_rate);
  read_if_there(json, "failure_rate", statistics.failure_rate);
  read_if_there(json, "account_stats", statistics.account_stats);
  read(json, "job_stats", statistics.job_stats);
  read(json, "queue_stats", statistics.queue_stats);
}

}  // namespace bot::types
