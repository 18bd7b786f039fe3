#include "server/app/gauges.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "server/app/version.hpp"
#include "server/bots/replicas.hpp"
#include "server/domain/meeting_state.hpp"
#include "server/events/redis_link.hpp"
#include "server/routes/own_lanes.hpp"

namespace bot::app {
namespace {

using Kind = Family::Kind;
using Families = std::vector<Family>;
using Numbers = std::optional<StoreNumbers>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

template <typename Value>
Family one(std::string name, std::string help, Kind kind, Value value) {
  return {.name = std::move(name),
          .help = std::move(help),
          .kind = kind,
          .samples = {{static_cast<double>(value)}}};
}

Family histogram(std::string name, std::string help, Distribution distribution) {
  return {.name = std::move(name),
          .help = std::move(help),
          .kind = Kind::histogram,
          .distribution = std::move(distribution)};
}

void add_bots(Families& families, const Numbers& numbers) {
  Family live{.name = "botd_live_bots", .help = "Bots in meetings or on their way, by state"};
  double taken = 0;
  for (const auto state : domain::all_states) {
    if (domain::is_final(state)) continue;
    const double count = numbers ? static_cast<double>(numbers->live_bots.at(state)) : unknown;
    live.samples.push_back({count, {{"state", std::string(domain::to_string(state))}}});
    if (domain::holds_a_seat(state)) taken += count;
  }
  families.push_back(std::move(live));
  families.push_back(
      one("botd_seats_taken", "Bots that count against their users' limits", Kind::gauge, taken));
  families.push_back(one("botd_seats_limit",
                         "Bots that all users together may have; up to half a minute old",
                         Kind::gauge,
                         numbers ? static_cast<double>(numbers->seats_limit) : unknown));
}

struct LaneSum {
  std::int64_t ready = 0;
  std::int64_t scheduled = 0;
  std::int64_t leased = 0;
  std::int64_t dead = 0;
  std::optional<UnixMillis> oldest;

  void add(const queue::LaneCounts& lane) {
    ready += lane.ready;
    scheduled += lane.scheduled;
    leased += lane.leased;
    dead += lane.dead;
    if (lane.oldest_ready_at)
      oldest = std::min(*lane.oldest_ready_at, oldest.value_or(*lane.oldest_ready_at));
  }
};

void add_queue(Families& families, const Numbers& numbers, UnixMillis now) {
  std::map<std::string_view, LaneSum> lanes;
  for (const auto& label : lane_labels())
    lanes[label];
  if (numbers) {
    for (const auto& lane : numbers->lanes)
      lanes[lane_label(lane.lane)].add(lane);
  }
  Family items{.name = "botd_queue_items",
               .help = "Items of the durable queue, by lane and status"};
  Family oldest{.name = "botd_queue_oldest_ready_seconds",
                .help = "How long the oldest item that could run has been waiting, by lane"};
  for (const auto& [label, sum] : lanes) {
    const std::string lane(label);
    for (const auto& [status, count] : {std::pair("ready", sum.ready),
                                        std::pair("scheduled", sum.scheduled),
                                        std::pair("leased", sum.leased),
                                        std::pair("dead", sum.dead)}) {
      items.samples.push_back(
          {numbers ? static_cast<double>(count) : unknown, {{"lane", lane}, {"status", status}}});
    }
    const auto waited = std::max<UnixMillis>(now - sum.oldest.value_or(now), 0);
    oldest.samples.push_back(
        {numbers ? static_cast<double>(waited) / 1000 : unknown, {{"lane", lane}}});
  }
  families.push_back(std::move(items));
  families.push_back(std::move(oldest));
}

void add_workers(Families& families, const Numbers& numbers) {
  Family workers{.name = "botd_workers",
                 .help = "Workers on the queue that are there, in servers and by themselves"};
  for (const auto status :
       {store::WorkerStatus::running, store::WorkerStatus::quiet, store::WorkerStatus::stopping}) {
    workers.samples.push_back({numbers ? static_cast<double>(numbers->workers.at(status)) : unknown,
                               {{"status", std::string(to_string(status))}}});
  }
  families.push_back(std::move(workers));
  Family finished{.name = "botd_jobs_finished_today",
                  .help = "Jobs that came to their end since midnight UTC, by outcome"};
  const queue::LaneDay none;
  const auto& today = numbers ? numbers->jobs_today : none;
  for (const auto& [outcome, count] : {std::pair("completed", today.done),
                                       std::pair("failed", today.dead),
                                       std::pair("cancelled", today.cancelled)}) {
    finished.samples.push_back(
        {numbers ? static_cast<double>(count) : unknown, {{"outcome", outcome}}});
  }
  families.push_back(std::move(finished));
}

void add_store(Families& families, const store::Database& database) {
  const auto writes = database.statistics();
  const auto pool = database.pool_use();
  families.push_back(histogram("botd_store_write_duration_seconds",
                               "From a write's being asked for to its being durable",
                               distribution_of(writes.seconds)));
  families.push_back(histogram("botd_store_read_duration_seconds",
                               "Of a read, with the wait for a connection",
                               distribution_of(database.read_statistics().seconds)));
  families.push_back(
      one("botd_store_commits_total", "Transactions committed", Kind::counter, writes.commits));
  families.push_back(one("botd_store_failed_commits_total",
                         "Transactions that failed",
                         Kind::counter,
                         writes.failed_commits));
  families.push_back(one("botd_store_refused_writes_total",
                         "Writes turned away: too many waited, or a disk hung",
                         Kind::counter,
                         writes.refused));
  families.push_back(one("botd_store_given_up_writes_total",
                         "Writes whose callers stopped waiting",
                         Kind::counter,
                         writes.given_up));
  families.push_back(one(
      "botd_store_waiting_writes", "Writes that wait for the writer", Kind::gauge, writes.waiting));
  families.push_back(
      one("botd_store_connections_limit",
          "Connections that may be lent: for reading with SQLite, for everything with PostgreSQL",
          Kind::gauge,
          pool.most));
  families.push_back(one("botd_store_connections_in_use",
                         "Of these, those that are lent now",
                         Kind::gauge,
                         pool.in_use));
  families.push_back(
      one("botd_store_connection_waiters", "Callers who wait for one", Kind::gauge, pool.waiting));
}

void add_redis(Families& families, const events::RedisLink& redis) {
  const auto published = redis.publisher().statistics();
  families.push_back(one("botd_redis_connected",
                         "1 while what others publish is heard, else 0",
                         Kind::gauge,
                         redis.connected() ? 1 : 0));
  families.push_back(
      histogram("botd_redis_publish_duration_seconds",
                "From publishing to the answer of Redis, each of one flight of messages",
                distribution_of(published.seconds)));
  Family messages{
      .name = "botd_redis_messages_total",
      .help = "Messages to Redis: published, failed (it was away), dropped (too many waited)",
      .kind = Kind::counter};
  for (const auto& [outcome, count] : {std::pair("published", published.published),
                                       std::pair("failed", published.failed),
                                       std::pair("dropped", published.dropped)})
    messages.samples.push_back({static_cast<double>(count), {{"outcome", outcome}}});
  families.push_back(std::move(messages));
}

void add_listener(Families& families, const http::ListenerStats& listener) {
  families.push_back(one("botd_http_connections",
                         "Open connections, websockets included",
                         Kind::gauge,
                         listener.connections));
  families.push_back(
      one("botd_websocket_clients", "Open websockets", Kind::gauge, listener.web_sockets));
  families.push_back(one("botd_http_queued_requests",
                         "Requests that wait for a worker",
                         Kind::gauge,
                         listener.queued));
}

}  // namespace

const std::vector<std::string>& lane_labels() {
  static const std::vector<std::string> labels(routes::own_lanes.begin(), routes::own_lanes.end());
  return labels;
}

std::string_view lane_label(std::string_view lane) {
  const auto kind = lane.substr(0, lane.find('@'));
  for (const auto& label : lane_labels()) {
    if (label == kind) return label;
  }
  return "other";
}

Reader gauges(GaugeSources sources) {
  const double started = static_cast<double>(sources.clock.now_ms()) / 1000;
  return [sources = std::move(sources), started] {
    Families families;
    const auto numbers = sources.counter.numbers();
    add_bots(families, numbers);
    add_queue(families, numbers, sources.clock.now_ms());
    add_workers(families, numbers);
    families.push_back(one("botd_queue_lost_verdicts_total",
                           "Verdicts on items that another worker had by then",
                           Kind::counter,
                           sources.queue.statistics().lost));
    add_store(families, sources.database);
    if (sources.redis != nullptr) add_redis(families, *sources.redis);
    add_listener(families, sources.listener());
    families.push_back(one("botd_replicas",
                           "Servers on this database, with this one",
                           Kind::gauge,
                           sources.replicas == nullptr ? 1 : sources.replicas->count()));
    families.push_back(
        {.name = "botd_build_info",
         .help = "1; which program this is",
         .samples = {
             {1, {{"version", std::string(version())}, {"commit", std::string(commit())}}}}});
    families.push_back(one("process_start_time_seconds",
                           "When the server began, in seconds since 1970",
                           Kind::gauge,
                           started));
    return families;
  };
}

}  // namespace bot::app
