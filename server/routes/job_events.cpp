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

struct Wish {
  jobs::EventFilter filter;
  Millis wait{0};
};

Result<Wish> read_wish(const Request& request, const Principal& who) {
  const auto since = http::query_int(request, "since", 0);
  const auto limit = http::query_int(request, "limit", page_size, page_range);
  const auto wait = http::query_int(request, "wait", 0, wait_range);
  if (!since) return since.error();
  if (!limit) return limit.error();
  if (!wait) return wait.error();
  return Wish{.filter = {.since = *since,
                         .job_id = request.query_value("job_id"),
                         .owner_user_id = owner_of(who),
                         .limit = *limit},
              .wait = std::chrono::seconds(*wait)};
}

bool may_hear(store::Database& database, const jobs::EventFilter& filter, const Principal& who) {
  if (!filter.job_id) return true;
  return database.read([&](sql::Connection& connection) {
    return find_job(connection, *filter.job_id, who).has_value();
  });
}

}  // namespace

void add_job_event_routes(http::Router& router, const JobParts& parts) {
  router.add(
      {"GET",
       "/api/jobs/events",
       Access::either,
       http::AsyncHandler(
           [&database = parts.database, &feed = parts.feed](
               const Request& request, const Principal& who, const http::Responder& respond) {
             auto wish = read_wish(request, who);
             if (!wish) return respond(std::move(wish).error());
             if (!may_hear(database, wish->filter, who)) {
               return respond(Error{.code = Errc::not_found, .message = "Job not found"});
             }
             feed.fetch(wish->filter, wish->wait, [respond](Result<types::JobEventPage> page) {
               if (!page) return respond(std::move(page).error());
               respond(json(200, *page));
             });
           }),
       "List what happened to jobs after `since`, waiting so many seconds for something"});
}

}  // namespace bot::routes
