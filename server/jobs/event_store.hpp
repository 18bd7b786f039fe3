#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/types/job_event.hpp"
#include "drivers/sql.hpp"
#include "server/jobs/job.hpp"

namespace bot::jobs {

// From when an event is written, with its time by the writer's clock, until it is committed at the
// latest, by the reader's: a write is given up after store::DatabaseOptions::write_wait; the rest
// is for a commit that was on its way then and for clocks that differ.
inline constexpr Millis longest_commit{6000};

// Something that happened to a job. How far the job has come is added when it is stored.
struct NewEvent {
  // job_added, status_updated, job_completed, job_failed, job_cancelled, job_deleted
  std::string_view event;
  JobStatus status = JobStatus::pending;
  std::int64_t priority = 0;
  std::optional<std::string> worker_id = {};
  std::optional<std::string> error = {};
};

// What is empty restricts nothing.
struct EventFilter {
  std::int64_t since = 0;  // events after this one
  std::optional<std::string> job_id = {};
  std::optional<std::int64_t> owner_user_id = {};
  std::int64_t limit = 100;
};

// What happened to jobs, in order.
class EventStore {
 public:
  explicit EventStore(sql::Connection& connection) : connection_(connection) {}

  // In the transaction of the change, deferred. Of an item that is no job's, nothing is stored.
  void append(std::int64_t item_id, const NewEvent& event, UnixMillis now);
  // The oldest first. Transactions that were begun early may be committed late, with numbers below
  // those that are there: the page ends before a number that is missing as long as its successor is
  // younger than longest_commit, so that whoever asks for what comes after `next` misses nothing.
  types::JobEventPage page(const EventFilter& filter, UnixMillis now);
  // Where a reader begins who wants all that is yet to come: the last one before a number that may
  // still be committed; 0: there is none.
  std::int64_t settled(UnixMillis now);
  // The number of the newest one; 0: there is none.
  std::int64_t newest();
  // At most `limit`, the oldest first; how many.
  std::size_t purge_before(UnixMillis at, std::int64_t limit);

 private:
  // The first number, beyond `since`, before which one is missing that may still be committed.
  std::int64_t gap_after(std::int64_t since, UnixMillis now);
  std::int64_t last_before(std::int64_t end);

  sql::Connection& connection_;
};

}  // namespace bot::jobs
