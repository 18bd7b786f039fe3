#include "server/routes/queue_wire.hpp"

#include <algorithm>

#include "base/time_format.hpp"

namespace bot::routes {
namespace {

using types::Json;

std::optional<std::string> time_or_null(std::optional<UnixMillis> time) {
  if (!time) return std::nullopt;
  return format_time(*time);
}

// Should what is stored be damaged, there is nothing to show.
std::vector<types::QueueItemEvent> events_of(const std::string& history) {
  std::vector<types::QueueItemEvent> events;
  const auto stored = Json::parse(history, nullptr, false);
  if (!stored.is_array()) return events;
  for (const auto& one : stored) {
    if (!one.is_object()) continue;
    types::QueueItemEvent event;
    event.at = format_time(one.value("at", UnixMillis{0}));
    event.event = one.value("event", "");
    event.attempt = one.value("attempt", std::int64_t{0});
    event.error = one.value("error", "");
    if (const auto owner = one.value("owner", ""); !owner.empty()) event.owner = owner;
    events.push_back(std::move(event));
  }
  return events;
}

Json payload_of(const std::string& stored) {
  auto payload = Json::parse(stored, nullptr, false);
  return payload.is_discarded() ? Json(stored) : payload;
}

}  // namespace

types::QueueItem to_wire(const queue::Item& item) {
  types::QueueItem wire;
  wire.id = item.id;
  wire.lane = item.lane;
  wire.kind = item.kind;
  wire.status = item.cancelled_at ? "cancelled" : std::string(queue::to_string(item.status));
  wire.priority = item.priority;
  wire.attempts = item.attempts;
  wire.max_attempts = item.max_attempts;
  wire.run_at = format_time(item.run_at);
  wire.created_at = format_time(item.created_at);
  wire.started_at = time_or_null(item.started_at);
  wire.finished_at = time_or_null(item.finished_at);
  wire.lease_owner = item.lease_owner;
  wire.lease_until = time_or_null(item.lease_until);
  wire.last_error = item.last_error;
  wire.unique_key = item.unique_key;
  wire.payload = payload_of(item.payload);
  wire.history = events_of(item.history);
  return wire;
}

types::QueueItemList to_wire(const std::vector<queue::Item>& items) {
  types::QueueItemList list;
  for (const auto& item : items)
    list.items.push_back(to_wire(item));
  return list;
}

types::Lane to_wire(const queue::LaneCounts& lane, UnixMillis now) {
  types::Lane wire;
  wire.lane = lane.lane;
  wire.ready = lane.ready;
  wire.scheduled = lane.scheduled;
  wire.leased = lane.leased;
  wire.dead = lane.dead;
  wire.paused_at = time_or_null(lane.paused_at);
  wire.oldest_ready_at = time_or_null(lane.oldest_ready_at);
  if (lane.oldest_ready_at) {
    const auto waited = std::max<UnixMillis>(now - *lane.oldest_ready_at, 0);
    wire.oldest_age_seconds = static_cast<double>(waited) / 1000;
  }
  return wire;
}

types::QueueDay to_wire(const queue::LaneDay& day) {
  constexpr UnixMillis ms_of_a_day = 86'400'000;
  constexpr std::size_t date_length = 10;
  return {.day = format_time(day.day * ms_of_a_day).substr(0, date_length),
          .lane = day.lane,
          .done = day.done,
          .dead = day.dead,
          .cancelled = day.cancelled};
}

types::Worker to_wire(const store::WorkerRow& worker, UnixMillis now) {
  const bool lost = worker.is_lost(now);
  const bool ended = lost || worker.beat.status == store::WorkerStatus::stopped;
  types::Worker wire;
  wire.worker_id = worker.id;
  wire.host = worker.host;
  wire.pid = worker.pid;
  wire.version = worker.version;
  wire.status = lost ? "lost" : std::string(to_string(worker.beat.status));
  wire.queues = worker.lanes;
  wire.concurrency = worker.concurrency;
  wire.started_at = format_time(worker.started_at);
  wire.last_heartbeat = format_time(worker.beat.seen_at);
  wire.last_progress = time_or_null(worker.beat.progress_at);
  wire.current_job = worker.beat.current_job;
  wire.jobs_processed = worker.beat.processed;
  wire.jobs_succeeded = worker.beat.succeeded;
  wire.jobs_failed = worker.beat.failed;
  wire.uptime_seconds =
      std::max<UnixMillis>((ended ? worker.beat.seen_at : now) - worker.started_at, 0) / 1000;
  return wire;
}

}  // namespace bot::routes
