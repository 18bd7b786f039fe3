#include "server/http/validation.hpp"
#include "server/jobs/job_store.hpp"
#include "server/routes/job_routes.hpp"
#include "server/routes/job_wire.hpp"
#include "server/routes/wire.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;

constexpr http::IntRange page_range = {.least = 1, .most = 1000};
constexpr std::int64_t page_size = 100;
constexpr http::IntRange wait_range = {.least = 0, .most = 30};

constexpr std::string_view from_now = "now";

struct Wish {
  jobs::EventFilter filter;
  bool from_now = false;  // the filter's `since` is where all begins that is yet to come
  Millis wait{0};
};

// Nothing: from now on.
Result<std::optional<std::int64_t>> read_since(const Request& request) {
  if (request.query_value("since") == from_now) return std::optional<std::int64_t>{};
  auto since = http::query_int(request, "since", 0);
  if (since) return std::optional{*since};
  return http::invalid_field(
      "query", "since", "value is neither the number of an event nor \"now\"");
}

Result<Wish> read_wish(const Request& request, const Principal& who) {
  const auto since = read_since(request);
  const auto limit = http::query_int(request, "limit", page_size, page_range);
  const auto wait = http::query_int(request, "wait", 0, wait_range);
  if (!since) return since.error();
  if (!limit) return limit.error();
  if (!wait) return wait.error();
  return Wish{.filter = {.since = since->value_or(0),
                         .job_id = request.query_value("job_id"),
                         .owner_user_id = owner_of(who),
                         .limit = *limit},
              .from_now = !since->has_value(),
              .wait = std::chrono::seconds(*wait)};
}

bool may_hear(store::Database& database, const jobs::EventFilter& filter, const Principal& who) {
  if (!filter.job_id) return true;
  return database.read([&](sql::Connection& connection) {
    return find_job(connection, *filter.job_id, who).has_value();
  });
}

std::int64_t settled(store::Database& database, const Clock& clock) {
  return database.read([&](sql::Connection& connection) {
    return jobs::EventStore(connection).settled(clock.now_ms());
  });
}

}  // namespace

void add_job_event_routes(http::Router& router, const JobParts& parts) {
  router.add(
      {"GET",
       "/api/jobs/events",
       Access::either,
       http::AsyncHandler(
           [&database = parts.database, &clock = parts.clock, &feed = parts.feed](
               const Request& request, const Principal& who, const http::Responder& respond) {
             auto wish = read_wish(request, who);
             if (!wish) return respond(std::move(wish).error());
             if (!may_hear(database, wish->filter, who)) {
               return respond(Error{.code = Errc::not_found, .message = "Job not found"});
             }
             if (wish->from_now) wish->filter.since = settled(database, clock);
             // Whoever does not wait asks for the number alone, whatever has happened meanwhile.
             if (wish->from_now && wish->wait == Millis{0}) {
               return respond(
                   json(200, types::JobEventPage{.events = {}, .next = wish->filter.since}));
             }
             feed.fetch(wish->filter, wish->wait, [respond](Result<types::JobEventPage> page) {
               if (!page) return respond(std::move(page).error());
               respond(json(200, *page));
             });
           }),
       "List what happened to jobs after the event `since`, or with `now` from now on, waiting so "
       "many seconds for something"});
}

}  // namespace bot::routes
