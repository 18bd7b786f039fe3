// Keys and texts of the jobs in Redis (admin-messaging-jobs §3.3), where every redis-cli command of
// the original system shows the truth.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/jobs/job.hpp"
#include "server/jobs/mirror_store.hpp"

namespace bot::jobs {

inline constexpr std::string_view queue_key = "botrix:jobs:queue";
inline constexpr std::string_view processing_key = "botrix:jobs:processing";
inline constexpr std::string_view updates_channel = "botrix:jobs:updates";

// What finished or happened by then is of the past: not shown any more, and no news.
UnixMillis shown_since(UnixMillis now);

// {"id","count","username","priority","status","created_at","retry_count"}
std::string queued_text(const QueuedJob& queued);
// The job as the API shows it.
std::string job_text(const JobRow& job);
// {"accounts_created","accounts","truncated","errors","completed_at"}; the last three where there
// is something to say: "truncated":true where more accounts are there than listed. Never a token's
// value.
std::string results_text(const JobPicture& picture);

using Commands = std::vector<std::vector<std::string>>;

// What makes Redis show the job: status, data, error, results and whether it is worked on. A
// finished one stays for an hour and is hidden after it.
void show_job(const JobPicture& picture, UnixMillis now, Commands& commands);
// A job that is not there any more.
void hide_job(const std::string& id, Commands& commands);
// The jobs of the events as they are now, and then those of the events that are news.
void show_news(const NewsPage& page, UnixMillis now, Commands& commands);

}  // namespace bot::jobs
