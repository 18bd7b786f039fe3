#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/validation.hpp"
#include "server/routes/audit.hpp"
#include "server/routes/own_lanes.hpp"
#include "server/routes/queue_queries.hpp"
#include "server/routes/queue_wire.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/wire.hpp"
#include "server/store/worker_store.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;

constexpr std::int64_t page_size = 50;
constexpr std::int64_t most_days = 90;

// The lanes that there are, by name: own ones, those that are paused or have something to tell, and
// those of a worker that is there.
std::map<std::string, types::Lane> known_lanes(sql::Connection& connection, UnixMillis now) {
  std::map<std::string, types::Lane> lanes;
  const auto know = [&](std::string_view name) { lanes[std::string(name)].lane = name; };
  for (const auto lane : own_lanes)
    know(lane);
  for (const auto& worker : store::WorkerStore(connection).all()) {
    if (worker.beat.status == store::WorkerStatus::stopped || worker.is_lost(now)) continue;
    for (const auto& lane : worker.lanes)
      know(lane);
  }
  for (const auto& lane : queue::counts(connection, now))
    lanes[lane.lane] = to_wire(lane, now);
  return lanes;
}

types::Lane empty_lane(const std::string& name) {
  types::Lane lane;
  lane.lane = name;
  return lane;
}

// Nothing for a lane that nobody knows: a mistyped name.
std::optional<types::Lane> lane_of(sql::Connection& connection,
                                   const std::string& name,
                                   UnixMillis now) {
  const auto lanes = known_lanes(connection, now);
  if (const auto found = lanes.find(name); found != lanes.end()) return found->second;
  if (queue::list(connection, {.lane = name}, 1).empty()) return std::nullopt;
  return empty_lane(name);
}

Error unknown_lane() {
  return {.code = Errc::not_found, .message = "Lane not found"};
}

Result<Reply> list_lanes(const QueueParts& parts) {
  const auto now = parts.clock.now_ms();
  const auto lanes = parts.database.read(
      [now](sql::Connection& connection) { return known_lanes(connection, now); });
  types::LaneList list;
  for (const auto& [name, lane] : lanes)
    list.lanes.push_back(lane);
  return json(200, list);
}

Result<Reply> show_history(const QueueParts& parts, const Request& request) {
  const auto days = http::query_int(request, "days", 7, {.least = 1, .most = most_days});
  if (!days) return days.error();
  const auto counted = parts.database.read([&](sql::Connection& connection) {
    return queue::history(connection, *days, parts.clock.now_ms());
  });
  types::QueueHistory history;
  for (const auto& day : counted)
    history.days.push_back(to_wire(day));
  return json(200, history);
}

Result<Reply> list_items(const QueueParts& parts, const Request& request) {
  const auto limit = http::query_int(request, "limit", page_size, {.least = 1, .most = 1000});
  if (!limit) return limit.error();
  const auto status = http::query_enum(request, "status", {"ready", "leased", "done", "dead"});
  if (!status) return status.error();
  auto filter = item_filter(request);
  if (!filter) return std::move(filter).error();
  filter->lane = request.param("lane");
  if (*status) filter->status = queue::item_status(**status);
  return json(200, to_wire(parts.database.read([&](sql::Connection& connection) {
                return queue::list(connection, *filter, *limit);
              })));
}

Result<Reply> pause(const QueueParts& parts, const Request& request, const Principal& who) {
  const auto& lane = request.param("lane");
  return parts.database.write([&](sql::Connection& connection) {
    const auto now = parts.clock.now_ms();
    queue::pause(connection, lane, "admin", now);
    audit(connection, request, who, {"queue.pause", "lane " + lane}, now);
    return json(200, *lane_of(connection, lane, now));
  });
}

Result<Reply> resume(const QueueParts& parts, const Request& request, const Principal& who) {
  const auto& lane = request.param("lane");
  auto reply = parts.database.write([&](sql::Connection& connection) {
    const auto now = parts.clock.now_ms();
    queue::resume(connection, lane);
    audit(connection, request, who, {"queue.resume", "lane " + lane}, now);
    return json(200, lane_of(connection, lane, now).value_or(empty_lane(lane)));
  });
  parts.wake(lane);
  return reply;
}

Result<Reply> purge_lane(const QueueParts& parts, const Request& request, const Principal& who) {
  const auto body = http::parse_body(request);
  if (!body) return body.error();
  http::BodyReader reader(*body);
  const auto status = reader.required_enum("status", {"ready", "done", "dead"});
  const bool dry = reader.optional_bool("dry_run").value_or(false);
  if (auto sound = reader.status(); !sound) return std::move(sound).error();
  const queue::ItemFilter filter{.lane = request.param("lane"),
                                 .status = queue::item_status(status)};
  return json(200,
              purge(parts,
                    filter,
                    dry ? PurgeMode::count : PurgeMode::remove,
                    [&](sql::Connection& connection, UnixMillis now) {
                      audit(
                          connection,
                          request,
                          who,
                          {"queue.purge", "lane " + filter.lane, status + (dry ? ", dry run" : "")},
                          now);
                    }));
}

http::Handler of_a_lane(const QueueParts& parts, http::Handler handler) {
  return [parts, handler = std::move(handler)](const Request& request,
                                               const Principal& who) -> Result<Reply> {
    const auto& lane = request.param("lane");
    if (auto sound = check_lane("path", lane); !sound) return std::move(sound).error();
    const auto known = parts.database.read([&](sql::Connection& connection) {
      return lane_of(connection, lane, parts.clock.now_ms()).has_value();
    });
    if (!known) return unknown_lane();
    return handler(request, who);
  };
}

std::string subject_of(const Request& request) {
  return "lane " + request.param("lane");
}

}  // namespace

void add_queue_admin_routes(http::Router& router, QueueParts parts) {
  router.add(
      {"GET",
       "/admin/queue",
       Access::admin,
       [parts](const Request& /*request*/, const Principal& /*who*/) { return list_lanes(parts); },
       "List the lanes of the queue with what waits, runs and has failed in them"});
  router.add({"GET",
              "/admin/queue/history",
              Access::admin,
              [parts](const Request& request, const Principal& /*who*/) {
                return show_history(parts, request);
              },
              "Show what finished in each lane on each of the last days, 7 unless said otherwise"});
  router.add({"GET",
              "/admin/queue/{lane}/items",
              Access::admin,
              of_a_lane(parts,
                        [parts](const Request& request, const Principal& /*who*/) {
                          return list_items(parts, request);
                        }),
              "List the items of a lane, newest first, 50 unless a limit is given; the next ones "
              "are those before the last one's id"});
  const auto change =
      [&](const std::string& word,
          const std::string& summary,
          Result<Reply> (*act)(const QueueParts&, const Request&, const Principal&)) {
        router.add({"POST",
                    "/admin/queue/{lane}/" + word,
                    Access::admin,
                    accounted(parts.database,
                              parts.clock,
                              "queue." + word,
                              subject_of,
                              of_a_lane(parts,
                                        [parts, act](const Request& request, const Principal& who) {
                                          return act(parts, request, who);
                                        })),
                    summary});
      };
  change("pause", "Let nobody take anything from a lane; what runs goes on", pause);
  change("resume", "Let a paused lane be worked on again", resume);
  change("purge",
         "Delete all finished items of a lane that are in one state, cancel all that wait, or only "
         "count them",
         purge_lane);
}

}  // namespace bot::routes
