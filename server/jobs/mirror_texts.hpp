// Keys and texts of the jobs in Redis (admin-messaging-jobs §3.3), where every redis-cli command of
// the original system shows the truth.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/jobs/account_store.hpp"
#include "server/jobs/job.hpp"
#include "server/jobs/mirror_store.hpp"

namespace bot::jobs {

inline constexpr std::string_view queue_key = "botrix:jobs:queue";
inline constexpr std::string_view processing_key = "botrix:jobs:processing";
inline constexpr std::string_view updates_channel = "botrix:jobs:updates";

// What is known of a job at one moment.
struct JobPicture {
  JobRow job;
  std::vector<AccountRow> accounts;  // of a finished one
};

// {"id","count","username","priority","status","created_at","retry_count"}
std::string queued_text(const QueuedJob& job);
// The job as the API shows it.
std::string job_text(const JobRow& job);
// {"accounts_created","accounts","errors","completed_at"}; the last two where there are any. Never
// a token's value.
std::string results_text(const JobPicture& picture);

using Commands = std::vector<std::vector<std::string>>;

// What makes Redis show the job: status, data, error, results and whether it is worked on. A
// finished one stays for an hour.
void show_job(const JobPicture& picture, UnixMillis now, Commands& commands);
// A job that is not there any more.
void hide_job(const std::string& id, Commands& commands);

}  // namespace bot::jobs
