#include "client/types/job.hpp"

namespace bot::types {

void to_json(Json& json, const Job& job) {
  json = Json{{"id", job.id},
              {"kind", job.kind},
              {"created_at", job.created_at},
              {"updated_at", job.updated_at},
              {"deleted_at", nullable(job.deleted_at)},
              {"count", job.count},
              {"username", nullable(job.username)},
              {"status", job.status},
              {"progress", job.progress},
              {"successful", job.successful},
              {"failed", job.failed},
              {"started_at", nullable(job.started_at)},
              {"completed_at", nullable(job.completed_at)},
              {"error_msg", nullable(job.error_msg)},
              {"test_mode", job.test_mode},
              {"priority", job.priority}};
}

void from_json(const Json& json, Job& job) {
  read(json, "id", job.id);
  read_if_there(json, "kind", job.kind);
  read_if_there(json, "created_at", job.created_at);
  read_if_there(json, "updated_at", job.updated_at);
  read(json, "deleted_at", job.deleted_at);
  read_if_there(json, "count", job.count);
  read(json, "username", job.username);
  read(json, "status", job.status);
  read_if_there(json, "progress", job.progress);
  read_if_there(json, "successful", job.successful);
  read_if_there(json, "failed", job.failed);
  read(json, "started_at", job.started_at);
  read(json, "completed_at", job.completed_at);
  read(json, "error_msg", job.error_msg);
  read_if_there(json, "test_mode", job.test_mode);
  read_if_there(json, "priority", job.priority);
}

void to_json(Json& json, const JobList& list) {
  json = Json{{"success", true}, {"jobs", list.jobs}};
}

void from_json(const Json& json, JobList& list) {
  read(json, "jobs", list.jobs);
}

void to_json(Json& json, const JobProgress& progress) {
  json = Json{{"current", progress.current},
              {"total", progress.total},
              {"percentage", progress.percentage},
              {"successful", progress.successful},
              {"failed", progress.failed}};
}

void from_json(const Json& json, JobProgress& progress) {
  read_if_there(json, "current", progress.current);
  read_if_there(json, "total", progress.total);
  read_if_there(json, "percentage", progress.percentage);
  read_if_there(json, "successful", progress.successful);
  read_if_there(json, "failed", progress.failed);
}

void to_json(Json& json, const JobDetail& detail) {
  json = Json{{"success", true},
              {"job", detail.job},
              {"progress", detail.progress},
              {"duration", nullable(detail.duration)},
              {"status", detail.status},
              {"accounts", detail.accounts}};
}

void from_json(const Json& json, JobDetail& detail) {
  read(json, "job", detail.job);
  read_if_there(json, "progress", detail.progress);
  read(json, "duration", detail.duration);
  detail.status = detail.job.status;
  read_if_there(json, "status", detail.status);
  read_if_there(json, "accounts", detail.accounts);
}

void to_json(Json& json, const JobAnswer& answer) {
  json = Json{{"success", true}, {"message", answer.message}, {"job", answer.job}};
}

void from_json(const Json& json, JobAnswer& answer) {
  read_if_there(json, "message", answer.message);
  read(json, "job", answer.job);
}

void to_json(Json& json, const GeneratedJobs& generated) {
  json = Json{{"success", true}, {"job_ids", generated.job_ids}, {"message", generated.message}};
}

void from_json(const Json& json, GeneratedJobs& generated) {
  read(json, "job_ids", generated.job_ids);
  read_if_there(json, "message", generated.message);
}

}  // namespace bot::types
