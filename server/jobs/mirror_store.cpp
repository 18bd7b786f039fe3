#include "server/jobs/mirror_store.hpp"

#include <limits>

#include "server/jobs/event_reader.hpp"
#include "server/store/row_reader.hpp"

namespace bot::jobs {
namespace {

QueuedJob read_queued(store::RowReader& reader) {
  QueuedJob job;
  job.id = reader.text();
  job.item_id = reader.integer();
  job.count = reader.integer();
  job.username = reader.optional_text();
  job.priority = reader.integer();
  job.run_at = reader.integer();
  job.created_at = reader.integer();
  job.attempts = reader.integer();
  return job;
}

#define BOT_QUEUED_JOB                                                                 \
  "SELECT jobs.id, jobs.item_id, jobs.units, jobs.username, queue_items.priority,"     \
  " queue_items.run_at, queue_items.created_at, queue_items.attempts FROM queue_items" \
  " JOIN jobs ON jobs.item_id = queue_items.id WHERE queue_items.lane = $1"

}  // namespace

std::vector<types::JobEvent> MirrorStore::unpublished(std::int64_t limit) {
  return store::read_all(connection_.query("SELECT id, job_id, event, at, data FROM job_events"
                                           " WHERE published_at IS NULL ORDER BY id LIMIT $1",
                                           {limit}),
                         read_event);
}

void MirrorStore::published(std::span<const types::JobEvent> events, UnixMillis now) {
  for (const auto& event : events)
    connection_.defer("UPDATE job_events SET published_at = $2 WHERE id = $1", {event.seq, now});
}

std::vector<QueuedJob> MirrorStore::waiting(const std::optional<QueuePlace>& after,
                                            std::int64_t limit) {
  constexpr auto top = std::numeric_limits<std::int64_t>::max();
  const auto place = after.value_or(QueuePlace{.priority = top});
  return store::read_all(
      connection_.query(BOT_QUEUED_JOB
                        " AND queue_items.status = 'ready' AND queue_items.priority <= $2"
                        " AND (queue_items.priority < $2 OR queue_items.run_at > $3"
                        " OR (queue_items.run_at = $3 AND queue_items.id > $4))"
                        " ORDER BY queue_items.priority DESC, queue_items.run_at, queue_items.id"
                        " LIMIT $5",
                        {lane, place.priority, place.run_at, place.item_id, limit}),
      read_queued);
}

std::int64_t MirrorStore::count_waiting() {
  const auto rows = connection_.query(
      "SELECT COUNT(*) FROM queue_items JOIN jobs ON jobs.item_id = queue_items.id"
      " WHERE queue_items.lane = $1 AND queue_items.status = 'ready'",
      {lane});
  return rows[0].integer(std::size_t{0});
}

std::vector<QueuedJob> MirrorStore::shown(UnixMillis finished_after,
                                          std::int64_t after_item,
                                          std::int64_t limit) {
  return store::read_all(
      connection_.query(BOT_QUEUED_JOB
                        " AND queue_items.id > $2"
                        " AND (queue_items.finished_at IS NULL OR queue_items.finished_at > $3)"
                        " ORDER BY queue_items.id LIMIT $4",
                        {lane, after_item, finished_after, limit}),
      read_queued);
}

}  // namespace bot::jobs
