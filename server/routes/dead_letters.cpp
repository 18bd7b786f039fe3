#include "server/http/validation.hpp"
#include "server/routes/audit.hpp"
#include "server/routes/queue_queries.hpp"
#include "server/routes/queue_wire.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/wire.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;

constexpr std::int64_t page_size = 50;

Error unknown_letter() {
  return {.code = Errc::not_found, .message = "Dead letter not found"};
}

std::optional<queue::Item> find_dead(sql::Connection& connection, std::int64_t id) {
  auto item = queue::find(connection, id);
  if (item && item->status != queue::ItemStatus::dead) item.reset();
  return item;
}

Result<Reply> list(const QueueParts& parts, const Request& request) {
  const auto limit = http::query_int(request, "limit", page_size, {.least = 1, .most = 1000});
  if (!limit) return limit.error();
  auto filter = item_filter(request);
  if (!filter) return std::move(filter).error();
  if (const auto lane = request.query_value("lane")) {
    if (auto sound = check_lane("query", *lane); !sound) return std::move(sound).error();
    filter->lane = *lane;
  }
  return json(200, to_wire(parts.database.read([&](sql::Connection& connection) {
                return queue::dead(connection, *filter, *limit);
              })));
}

Result<Reply> show(const QueueParts& parts, const Request& request) {
  const auto id = http::path_int(request, "item_id");
  if (!id) return id.error();
  const auto item =
      parts.database.read([&](sql::Connection& connection) { return find_dead(connection, *id); });
  if (!item) return unknown_letter();
  return json(200, to_wire(*item));
}

Result<Reply> retry(const QueueParts& parts, const Request& request, const Principal& who) {
  const auto id = http::path_int(request, "item_id");
  if (!id) return id.error();
  std::string lane;
  auto reply = parts.database.write([&](sql::Connection& connection) -> Result<Reply> {
    const auto now = parts.clock.now_ms();
    const auto item = find_dead(connection, *id);
    if (!item) return unknown_letter();
    if (!queue::revive(connection, *id, now, parts.listeners)) {
      return Error{.code = Errc::conflict,
                   .message = "Another item that is not finished has the same unique key"};
    }
    lane = item->lane;
    audit(connection,
          request,
          who,
          {"dead_letter.retry", "item " + std::to_string(*id), item->lane + " " + item->kind},
          now);
    return json(200, to_wire(queue::find(connection, *id).value()));
  });
  if (reply) parts.wake(lane);
  return reply;
}

Result<Reply> remove(const QueueParts& parts, const Request& request, const Principal& who) {
  const auto id = http::path_int(request, "item_id");
  if (!id) return id.error();
  return parts.database.write([&](sql::Connection& connection) -> Result<Reply> {
    const auto item = find_dead(connection, *id);
    if (!item || !queue::remove(connection, *id, parts.listeners)) return unknown_letter();
    audit(connection,
          request,
          who,
          {"dead_letter.delete", "item " + std::to_string(*id), item->lane + " " + item->kind},
          parts.clock.now_ms());
    return http::no_content();
  });
}

Result<Reply> purge_letters(const QueueParts& parts, const Request& request, const Principal& who) {
  const auto body = http::parse_body(request, http::BodyNeed::optional);
  if (!body) return body.error();
  http::BodyReader reader(*body);
  const auto lane = reader.optional_string("lane");
  const auto kind = reader.optional_string("kind");
  const auto age = reader.optional_int("older_than_seconds", {.least = 0, .most = 1'000'000'000});
  const bool dry = reader.optional_bool("dry_run").value_or(false);
  if (auto sound = reader.status(); !sound) return std::move(sound).error();
  // An empty one would select every lane.
  if (lane) {
    if (auto sound = check_lane("body", *lane); !sound) return std::move(sound).error();
  }
  queue::ItemFilter filter{
      .lane = lane.value_or(""), .status = queue::ItemStatus::dead, .kind = kind};
  if (age) filter.finished_before = parts.clock.now_ms() - *age * 1000;
  std::string detail = kind.value_or("every kind");
  if (age) detail += ", older than " + std::to_string(*age) + " s";
  if (dry) detail += ", dry run";
  return json(200,
              purge(parts,
                    filter,
                    dry ? PurgeMode::count : PurgeMode::remove,
                    [&](sql::Connection& connection, UnixMillis now) {
                      audit(connection,
                            request,
                            who,
                            {"dead_letter.purge", lane ? "lane " + *lane : "every lane", detail},
                            now);
                    }));
}

std::string subject_of(const Request& request) {
  return "item " + request.param("item_id");
}

}  // namespace

void add_dead_letter_routes(http::Router& router, QueueParts parts) {
  router.add(
      {"GET",
       "/admin/dead-letters",
       Access::admin,
       [parts](const Request& request, const Principal& /*who*/) { return list(parts, request); },
       "List what the queue has given up, newest first, 50 unless a limit is given; the next "
       "ones are those before the last one's id"});
  router.add(
      {"GET",
       "/admin/dead-letters/{item_id}",
       Access::admin,
       [parts](const Request& request, const Principal& /*who*/) { return show(parts, request); },
       "Show a dead letter with what befell it"});
  router.add({"POST",
              "/admin/dead-letters/{item_id}/retry",
              Access::admin,
              accounted(parts.database,
                        parts.clock,
                        "dead_letter.retry",
                        subject_of,
                        [parts](const Request& request, const Principal& who) {
                          return retry(parts, request, who);
                        }),
              "Put a dead letter back into its lane, with all its attempts"});
  router.add({"DELETE",
              "/admin/dead-letters/{item_id}",
              Access::admin,
              accounted(parts.database,
                        parts.clock,
                        "dead_letter.delete",
                        subject_of,
                        [parts](const Request& request, const Principal& who) {
                          return remove(parts, request, who);
                        }),
              "Delete a dead letter"});
  router.add({"POST",
              "/admin/dead-letters/purge",
              Access::admin,
              accounted(
                  parts.database,
                  parts.clock,
                  "dead_letter.purge",
                  [](const Request& /*request*/) { return std::string(); },
                  [parts](const Request& request, const Principal& who) {
                    return purge_letters(parts, request, who);
                  }),
              "Delete the dead letters of a lane, a kind or an age, or only count them"});
}

}  // namespace bot::routes
