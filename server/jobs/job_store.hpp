#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/sql.hpp"
#include "server/jobs/job.hpp"
#include "server/queue/listeners.hpp"

namespace bot::jobs {

// What is empty restricts nothing.
struct JobFilter {
  std::optional<std::int64_t> owner_user_id = {};
  std::optional<JobStatus> status = {};
  std::optional<std::string> kind = {};
  std::optional<UnixMillis> created_since = {};
  std::int64_t limit = 50;
  std::int64_t offset = 0;
};

struct JobCounts {
  std::int64_t pending = 0;
  std::int64_t running = 0;
  std::int64_t completed = 0;
  std::int64_t failed = 0;
  std::int64_t cancelled = 0;

  std::int64_t total() const { return pending + running + completed + failed + cancelled; }
};

// The pending ones, exactly by priority.
struct WaitingCounts {
  std::int64_t low = 0;
  std::int64_t normal = 0;
  std::int64_t high = 0;
  std::optional<UnixMillis> oldest_at;  // since when the longest waiting one could have run
};

// The jobs. An owner, where one is given, restricts everything to the owner's own.
class JobStore {
 public:
  explicit JobStore(sql::Connection& connection) : connection_(connection) {}

  // With their queue items and their first events, in the caller's transaction; the ids, in their
  // order. Afterwards, and after the commit, tell Dispatcher::wake.
  std::vector<std::string> create(std::span<const NewJob> jobs,
                                  const JobRules& rules,
                                  UnixMillis now);
  std::optional<JobRow> find(std::string_view id, std::optional<std::int64_t> owner_user_id = {});
  // The newest first.
  std::vector<JobRow> list(const JobFilter& filter);
  JobCounts counts(std::optional<std::int64_t> owner_user_id = {});
  WaitingCounts waiting(UnixMillis now, std::optional<std::int64_t> owner_user_id = {});
  // A finished job, with its queue item and its units; accounts that it has made stay. False when
  // it is not finished or not there.
  bool remove(std::string_view id, const queue::Listeners& listeners);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::jobs
