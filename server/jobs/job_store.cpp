#include "server/jobs/job_store.hpp"

#include "base/ids.hpp"
#include "client/types/json.hpp"
#include "server/jobs/event_store.hpp"
#include "server/jobs/job_reader.hpp"
#include "server/queue/queue.hpp"

namespace bot::jobs {
namespace {

queue::NewItem item_of(const NewJob& job, const std::string& id, const JobRules& rules) {
  auto payload = types::Json::parse(job.payload);
  payload["job_id"] = id;
  queue::NewItem item;
  item.lane = lane;
  item.kind = job.kind;
  item.payload = types::dump(payload);
  item.priority = static_cast<std::int64_t>(job.priority);
  item.max_attempts = rules.max_retries + 1;
  item.time_limit = rules.time_limit;
  if (job.owner_user_id) item.fair_key = "user " + std::to_string(*job.owner_user_id);
  return item;
}

// Spelled out, so that the engines use the index of an owner's jobs.
std::string_view of_owner(std::optional<std::int64_t> owner_user_id) {
  return owner_user_id ? " AND jobs.owner_user_id = $1" : " AND CAST($1 AS BIGINT) IS NULL";
}

// The condition on the item that a state of the job is.
std::string_view condition_of(JobStatus status) {
  switch (status) {
    case JobStatus::pending:
      return " AND queue_items.status = 'ready'";
    case JobStatus::running:
      return " AND queue_items.status = 'leased'";
    case JobStatus::completed:
      return " AND queue_items.status = 'done' AND queue_items.cancelled_at IS NULL";
    case JobStatus::failed:
      return " AND queue_items.status = 'dead'";
    case JobStatus::cancelled:
      return " AND queue_items.status = 'done' AND queue_items.cancelled_at IS NOT NULL";
  }
  return "";
}

}  // namespace

std::vector<std::string> JobStore::create(std::span<const NewJob> jobs,
                                          const JobRules& rules,
                                          UnixMillis now) {
  std::vector<std::string> ids;
  std::vector<queue::NewItem> items;
  for (const auto& job : jobs) {
    ids.push_back(random_uuid());
    items.push_back(item_of(job, ids.back(), rules));
  }
  const auto item_ids = queue::enqueue_all(connection_, items, now);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto& job = jobs[i];
    connection_.defer(
        "INSERT INTO jobs (id, item_id, kind, owner_user_id, username, units, successful, failed,"
        " test_mode, updated_at) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, $8)",
        {ids[i],
         item_ids[i].value(),
         job.kind,
         job.owner_user_id,
         job.username,
         job.units,
         false,
         now});
    EventStore(connection_)
        .append(item_ids[i].value(),
                {.event = "job_added",
                 .status = JobStatus::pending,
                 .priority = static_cast<std::int64_t>(job.priority)},
                now);
  }
  return ids;
}

std::optional<JobRow> JobStore::find(std::string_view id,
                                     std::optional<std::int64_t> owner_user_id) {
  std::string statement = "SELECT " BOT_JOB_COLUMNS BOT_FROM_JOBS " WHERE jobs.id = $2";
  statement += of_owner(owner_user_id);
  return store::read_first(connection_.query(statement, {owner_user_id, id}), read_job);
}

std::vector<JobRow> JobStore::list(const JobFilter& filter) {
  std::string statement = "SELECT " BOT_JOB_COLUMNS BOT_FROM_JOBS
                          " WHERE (CAST($2 AS TEXT) IS NULL OR jobs.kind = $2)"
                          " AND (CAST($3 AS BIGINT) IS NULL OR queue_items.created_at >= $3)";
  statement += of_owner(filter.owner_user_id);
  if (filter.status) statement += condition_of(*filter.status);
  statement += " ORDER BY jobs.item_id DESC LIMIT $4 OFFSET $5";
  return store::read_all(
      connection_.query(
          statement,
          {filter.owner_user_id, filter.kind, filter.created_since, filter.limit, filter.offset}),
      read_job);
}

JobCounts JobStore::counts(std::optional<std::int64_t> owner_user_id) {
  // Each state by its index, but for the one that most are in, which is the rest.
  std::string statement = "SELECT (SELECT COUNT(*) FROM jobs WHERE TRUE";
  statement += of_owner(owner_user_id);
  for (const auto status :
       {JobStatus::pending, JobStatus::running, JobStatus::failed, JobStatus::cancelled}) {
    statement += "), (SELECT COUNT(*)" BOT_FROM_JOBS " WHERE queue_items.lane = $2";
    statement += condition_of(status);
    statement += of_owner(owner_user_id);
  }
  const auto rows = connection_.query(statement + ")", {owner_user_id, lane});
  const auto number = [&](std::size_t column) { return rows[0].integer(column); };
  JobCounts counts{
      .pending = number(1), .running = number(2), .failed = number(3), .cancelled = number(4)};
  counts.completed = number(0) - counts.total();
  return counts;
}

WaitingCounts JobStore::waiting(UnixMillis now, std::optional<std::int64_t> owner_user_id) {
  std::string statement =
      "SELECT queue_items.priority, COUNT(*),"
      " MIN(CASE WHEN queue_items.run_at <= $2 THEN queue_items.run_at END)" BOT_FROM_JOBS
      " WHERE queue_items.lane = $3 AND queue_items.status = 'ready'";
  statement += of_owner(owner_user_id);
  statement += " GROUP BY queue_items.priority";
  const auto rows = connection_.query(statement, {owner_user_id, now, lane});
  WaitingCounts counts;
  for (const sql::Row row : rows) {
    const auto priority = row.integer(std::size_t{0});
    const auto number = row.integer(std::size_t{1});
    const auto oldest = row.optional_integer(std::size_t{2});
    (priority <= 0 ? counts.low : priority == 1 ? counts.normal : counts.high) += number;
    if (oldest && (!counts.oldest_at || *oldest < *counts.oldest_at)) counts.oldest_at = oldest;
  }
  return counts;
}

bool JobStore::remove(std::string_view id, const queue::Listeners& listeners) {
  const auto job = find(id);
  return job && queue::remove(connection_, job->item_id, listeners);
}

}  // namespace bot::jobs
