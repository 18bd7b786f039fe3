#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/types/job_event.hpp"
#include "drivers/sql.hpp"
#include "server/jobs/account_store.hpp"
#include "server/jobs/job.hpp"

namespace bot::jobs {

// What is known of a job at one moment.
struct JobPicture {
  JobRow job;
  // Of one that finished since the time that was asked for, in the order of their units.
  std::vector<AccountRow> accounts = {};
  bool truncated = false;  // it has more
};

// A job that waits, as the queue's list in Redis shows it.
struct QueuedJob {
  JobRow job;
  UnixMillis run_at = 0;
  std::int64_t attempts = 0;
};

// Where a page of those ended.
struct QueuePlace {
  std::int64_t priority = std::numeric_limits<std::int64_t>::max();
  UnixMillis run_at = std::numeric_limits<UnixMillis>::min();
  std::int64_t item_id = 0;
};

// Where a page of all jobs that are shown ended: first come those that wait, then those that run,
// then those that have finished by the events that say so.
struct ShownPlace {
  enum class Part { waiting, running, finished };

  Part part = Part::waiting;
  QueuePlace waiting = {};
  std::int64_t running = 0;           // an item
  std::optional<UnixMillis> at = {};  // of an event
  std::int64_t event = 0;
};

struct ShownPage {
  std::vector<JobPicture> jobs = {};
  std::optional<ShownPlace> next = {};  // absent: this was the last
};

struct UnpublishedEvent {
  types::JobEvent event;
  UnixMillis at = 0;
};

struct NewsPage {
  std::vector<UnpublishedEvent> events = {};
  std::vector<JobPicture> jobs = {};  // of these events, where they are there, in no order
  bool more = false;                  // there may be more events
};

// What the mirror in Redis reads of the jobs, and what it writes down as done. A page is a few
// questions, however many jobs are on it, and reads nothing of jobs that finished too long ago to
// be shown; that of jobs with many accounts is shorter than `limit`.
class MirrorStore {
 public:
  explicit MirrorStore(sql::Connection& connection) : connection_(connection) {}

  // What nobody has published yet, the oldest first.
  NewsPage news(UnixMillis finished_after, std::int64_t limit);
  void published(std::span<const UnpublishedEvent> events, UnixMillis now);

  // The jobs that wait, in the order in which they are claimed; those whose time has not come are
  // where they are going to be.
  std::vector<QueuedJob> waiting(const QueuePlace& after, std::int64_t limit);
  std::int64_t count_waiting();
  // The jobs that are not finished, or finished after that time. One that changes its state between
  // two pages may be missing: it has an event then, that comes with the news.
  ShownPage shown(const ShownPlace& after, UnixMillis finished_after, std::int64_t limit);

 private:
  // Some events, as a condition on them.
  struct Events {
    std::string_view condition;
    std::vector<sql::Value> values;
  };

  ShownPage shown_waiting(ShownPlace place, std::int64_t limit);
  ShownPage shown_running(ShownPlace place, std::int64_t limit);
  ShownPage shown_finished(ShownPlace place, UnixMillis finished_after, std::int64_t limit);
  std::vector<JobRow> jobs_of(const Events& events);
  std::vector<AccountRow> accounts_of(const Events& events, UnixMillis finished_after);

  sql::Connection& connection_;
};

}  // namespace bot::jobs
