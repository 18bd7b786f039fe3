#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/types/account.hpp"
#include "client/types/json.hpp"

namespace bot::types {

// Work that the service does by and by: an item of GET /api/jobs (admin-messaging-jobs §3.2).
struct Job {
  std::string id;
  std::string kind;  // accounts, import
  std::string created_at;
  std::string updated_at;
  std::optional<std::string> deleted_at;  // always null: a job that is deleted is gone
  std::int64_t count = 0;                 // units of work
  std::optional<std::string> username;
  std::string status;         // pending, running, completed, failed, cancelled
  std::int64_t progress = 0;  // units that are decided: successful + failed
  std::int64_t successful = 0;
  std::int64_t failed = 0;
  std::optional<std::string> started_at;
  std::optional<std::string> completed_at;
  std::optional<std::string> error_msg;
  bool test_mode = false;
  std::int64_t priority = 0;  // 0 low, 1 normal, 2 high

  bool operator==(const Job&) const = default;
};

void to_json(Json& json, const Job& job);
void from_json(const Json& json, Job& job);

// {"success":true,"jobs":[…]}, newest first: GET /api/jobs.
struct JobList {
  std::vector<Job> jobs;

  bool operator==(const JobList&) const = default;
};

void to_json(Json& json, const JobList& list);
void from_json(const Json& json, JobList& list);

struct JobProgress {
  std::int64_t current = 0;
  std::int64_t total = 0;
  double percentage = 0;
  std::int64_t successful = 0;
  std::int64_t failed = 0;

  bool operator==(const JobProgress&) const = default;
};

void to_json(Json& json, const JobProgress& progress);
void from_json(const Json& json, JobProgress& progress);

// GET /api/jobs/{id}.
struct JobDetail {
  Job job;
  JobProgress progress;
  std::optional<std::string> duration;  // "4m30s", up to now while it runs; null before it starts
  std::string status;                   // the job's
  std::vector<Account> accounts;        // that it has made, the first 1000

  bool operator==(const JobDetail&) const = default;
};

void to_json(Json& json, const JobDetail& detail);
void from_json(const Json& json, JobDetail& detail);

// {"success":true,"message":…,"job":{…}}: what a create, cancel, retry and delete of a job answer.
struct JobAnswer {
  std::string message;
  Job job;

  bool operator==(const JobAnswer&) const = default;
};

void to_json(Json& json, const JobAnswer& answer);
void from_json(const Json& json, JobAnswer& answer);

// POST /api/accounts/generate: a job an account.
struct GeneratedJobs {
  std::vector<std::string> job_ids;
  std::string message;

  bool operator==(const GeneratedJobs&) const = default;
};

void to_json(Json& json, const GeneratedJobs& generated);
void from_json(const Json& json, GeneratedJobs& generated);

}  // namespace bot::types
