#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/types/job_event.hpp"
#include "drivers/sql.hpp"
#include "server/jobs/job.hpp"

namespace bot::jobs {

// A job that waits, as the queue's list in Redis shows it.
struct QueuedJob {
  std::string id;
  std::int64_t item_id = 0;
  std::int64_t count = 0;
  std::optional<std::string> username;
  std::int64_t priority = 0;
  UnixMillis run_at = 0;
  UnixMillis created_at = 0;
  std::int64_t attempts = 0;
};

// Where a page of those ended.
struct QueuePlace {
  std::int64_t priority = 0;
  UnixMillis run_at = 0;
  std::int64_t item_id = 0;
};

// What the mirror in Redis reads of the jobs, and what it writes down as done.
class MirrorStore {
 public:
  explicit MirrorStore(sql::Connection& connection) : connection_(connection) {}

  // What nobody has published yet, the oldest first.
  std::vector<types::JobEvent> unpublished(std::int64_t limit);
  void published(std::span<const types::JobEvent> events, UnixMillis now);

  // The jobs that wait, in the order in which they are claimed; those whose time has not come are
  // where they are going to be.
  std::vector<QueuedJob> waiting(const std::optional<QueuePlace>& after, std::int64_t limit);
  std::int64_t count_waiting();
  // The ids of jobs that are not finished or finished after that time, by item from `after_item`
  // on: of the last one the item is where the next page begins.
  std::vector<QueuedJob> shown(UnixMillis finished_after,
                               std::int64_t after_item,
                               std::int64_t limit);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::jobs
