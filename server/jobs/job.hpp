// Jobs (admin-messaging-jobs §3): work in units that the queue's lane `jobs` does. A job is a row
// beside its queue item and has no state of its own: what the item is, the job is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "server/queue/item.hpp"

namespace bot::jobs {

inline constexpr std::string_view lane = "jobs";

// How long a finished job stays in Redis, where there is one.
inline constexpr std::int64_t redis_ttl_seconds = 3600;

namespace kind {
inline constexpr std::string_view accounts = "accounts";
inline constexpr std::string_view import = "import";
}  // namespace kind

enum class JobStatus { pending, running, completed, failed, cancelled };

std::string_view to_string(JobStatus status);
// "processing" is another name for running.
std::optional<JobStatus> parse_job_status(std::string_view name);
JobStatus status_of(const queue::Item& item);

enum class Priority { low = 0, normal = 1, high = 2 };

// In letters of either case.
std::optional<Priority> parse_priority(std::string_view name);

struct NewJob {
  std::string kind = std::string(kind::accounts);
  std::optional<std::int64_t> owner_user_id = {};  // absent: an administrator asked for it
  std::optional<std::string> username = {};
  std::int64_t units = 1;
  Priority priority = Priority::normal;
  // What the handler needs besides the row; a JSON object. Never a secret.
  std::string payload = "{}";
};

// How hard a job is tried.
struct JobRules {
  std::int64_t max_retries = 3;
  Millis time_limit{300'000};  // of one attempt
};

struct JobRow {
  std::string id;
  std::int64_t item_id = 0;
  std::string kind;
  std::optional<std::int64_t> owner_user_id;
  std::optional<std::string> username;
  std::int64_t units = 0;
  std::int64_t successful = 0;
  std::int64_t failed = 0;
  std::optional<std::string> error_msg;
  bool test_mode = false;
  UnixMillis updated_at = 0;
  JobStatus status = JobStatus::pending;
  std::int64_t priority = 0;
  UnixMillis created_at = 0;
  std::optional<UnixMillis> started_at;
  std::optional<UnixMillis> finished_at;
};

// The id of the job that an item of the lane is of; nullopt when the payload names none.
std::optional<std::string> job_id_of(const queue::Item& item);

}  // namespace bot::jobs
