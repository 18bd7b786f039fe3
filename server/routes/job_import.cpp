#include "server/http/validation.hpp"
#include "server/jobs/import_rows.hpp"
#include "server/jobs/job_settings.hpp"
#include "server/jobs/job_store.hpp"
#include "server/routes/audit.hpp"
#include "server/routes/idempotency.hpp"
#include "server/routes/job_body.hpp"
#include "server/routes/job_routes.hpp"
#include "server/routes/job_wire.hpp"
#include "server/routes/wire.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;

Result<Reply> import(const JobParts& parts,
                     const JobOptions& options,
                     const Request& request,
                     const Principal& who) {
  auto parsed = http::parse_body(request);
  if (!parsed) return std::move(parsed).error();
  http::BodyReader body(*parsed);
  const auto csv = body.required_string("csv");
  const auto priority = read_priority(body);
  if (auto sound = body.status(); !sound) return std::move(sound).error();
  const auto rows = jobs::read_import(csv);
  if (!rows) return http::invalid_field("body", "csv", rows.error().message);
  const jobs::NewJob job{.kind = std::string(jobs::kind::import),
                         .units = static_cast<std::int64_t>(rows->size()),
                         .priority = priority,
                         .payload = types::dump(types::Json{{"csv", csv}})};
  const auto key = IdempotencyKey::of(request, "admin POST /api/jobs/import");
  if (!key) return key.error();
  auto reply = create_once(
      parts.database, parts.clock, *key, [&](sql::Connection& connection) -> Result<Reply> {
        const auto now = parts.clock.now_ms();
        jobs::JobStore store(connection);
        const auto ids =
            store.create(std::span(&job, 1), jobs::rules_now(connection, options.rules), now);
        const auto number = std::to_string(rows->size());
        audit(
            connection, request, who, {"job.import", "job " + ids.front(), number + " rows"}, now);
        return json(201,
                    types::JobAnswer{.message = "The import of " + number + " rows was accepted",
                                     .job = to_wire(store.find(ids.front()).value())});
      });
  if (!reply) return reply;
  parts.wake();
  parts.feed.wake();
  return reply;
}

}  // namespace

void add_job_import_routes(http::Router& router, const JobParts& parts, const JobOptions& options) {
  router.add({"POST",
              "/api/jobs/import",
              Access::admin,
              accounted(
                  parts.database,
                  parts.clock,
                  "job.import",
                  [](const Request&) { return ""; },
                  [parts, options](const Request& request, const Principal& who) {
                    return import(parts, options, request, who);
                  }),
              "Make users of the rows of a CSV text, whose header names its columns"});
}

}  // namespace bot::routes
