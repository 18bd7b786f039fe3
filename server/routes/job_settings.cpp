#include "server/jobs/job_settings.hpp"

#include <algorithm>
#include <array>

#include "server/http/validation.hpp"
#include "server/jobs/account_store.hpp"
#include "server/jobs/job_store.hpp"
#include "server/routes/audit.hpp"
#include "server/routes/job_routes.hpp"
#include "server/routes/job_wire.hpp"
#include "server/routes/methods_of.hpp"
#include "server/routes/wire.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;
using types::Json;

constexpr UnixMillis day_ms = 86'400'000;
constexpr http::IntRange retry_range = {.least = 0, .most = 100};
constexpr http::IntRange timeout_range = {.least = 1, .most = 86'400};
constexpr std::array<std::string_view, 2> changeable = {"retry_count", "timeout"};

double percent(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

class JobSettingsRoutes {
 public:
  JobSettingsRoutes(const JobParts& parts, const JobOptions& options)
      : parts_(parts), options_(options) {}

  Result<Reply> statistics(const Request& /*request*/, const Principal& who) const {
    return parts_.database.read([&](sql::Connection& connection) {
      const auto now = parts_.clock.now_ms();
      const auto owner = owner_of(who);
      jobs::JobStore jobs(connection);
      const auto counts = jobs.counts(owner);
      const auto accounts = jobs::AccountStore(connection).counts(now - now % day_ms, owner);
      const auto ended = counts.completed + counts.failed;
      return json(200,
                  types::AccountStatistics{
                      .total_accounts = accounts.total(),
                      .success_rate = percent(counts.completed, ended),
                      .failure_rate = percent(counts.failed, ended),
                      .account_stats = {.total = accounts.total(),
                                        .active = accounts.active,
                                        .banned = accounts.banned,
                                        .suspended = accounts.suspended,
                                        .created_today = accounts.created_since},
                      .job_stats = to_wire(counts),
                      .queue_stats = to_wire(jobs.waiting(now, owner), counts.running, now)});
    });
  }

  Result<Reply> show(const Request& /*request*/, const Principal& /*who*/) const {
    return parts_.database.read([&](sql::Connection& connection) { return answer(connection); });
  }

  Result<Reply> change(const Request& request, const Principal& who) const {
    auto parsed = http::parse_body(request);
    if (!parsed) return std::move(parsed).error();
    http::BodyReader body(*parsed);
    for (const auto& [name, value] : parsed->items()) {
      if (std::find(changeable.begin(), changeable.end(), name) == changeable.end())
        body.refuse(name, "is not set here; retry_count and timeout are");
    }
    jobs::JobSettings wanted{.max_retries = body.optional_int("retry_count", retry_range),
                             .time_limit = std::nullopt};
    if (const auto seconds = body.optional_int("timeout", timeout_range))
      wanted.time_limit = std::chrono::seconds(*seconds);
    if (auto sound = body.status(); !sound) return std::move(sound).error();
    return parts_.database.write([&](sql::Connection& connection) {
      jobs::write_settings(connection, wanted);
      const auto rules = jobs::rules_now(connection, options_.rules);
      audit(connection,
            request,
            who,
            {"settings.update",
             "jobs",
             "retry_count " + std::to_string(rules.max_retries) + ", timeout " +
                 std::to_string(rules.time_limit.count() / 1000)},
            parts_.clock.now_ms());
      return answer(connection);
    });
  }

 private:
  // Of the jobs that are made from now on.
  Reply answer(sql::Connection& connection) const {
    const auto rules = jobs::rules_now(connection, options_.rules);
    return json(200,
                Json{{"success", true},
                     {"data",
                      Json{{"worker_count", jobs::count_workers(connection, parts_.clock.now_ms())},
                           {"retry_count", rules.max_retries},
                           {"timeout", rules.time_limit.count() / 1000},
                           {"generate_limit", options_.generate_limit},
                           {"account_domain", options_.account_domain}}}});
  }

  const JobParts parts_;
  const JobOptions options_;
};

}  // namespace

void add_job_settings_routes(http::Router& router,
                             const JobParts& parts,
                             const JobOptions& options) {
  const auto bound = methods_of(std::make_shared<JobSettingsRoutes>(parts, options));
  router.add({"GET",
              "/api/stats",
              Access::either,
              bound(&JobSettingsRoutes::statistics),
              "Count accounts and jobs by state"});
  router.add({"GET",
              "/api/settings",
              Access::admin,
              bound(&JobSettingsRoutes::show),
              "Show how jobs are done"});
  router.add({"POST",
              "/api/settings",
              Access::admin,
              accounted(
                  parts.database,
                  parts.clock,
                  "settings.update",
                  [](const Request&) { return "jobs"; },
                  bound(&JobSettingsRoutes::change)),
              "Change how often jobs made from now on are tried, and for how long"});
}

}  // namespace bot::routes
