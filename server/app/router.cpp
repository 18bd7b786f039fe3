#include "server/app/router.hpp"

#include <utility>

#include "server/app/version.hpp"
#include "server/bots/simulated_runtime.hpp"
#include "server/routes/openapi.hpp"

namespace bot::app {

http::Router make_router(const RouterParts& parts,
                         const Config& config,
                         routes::ServiceFacts facts) {
  const auto id_rule = config.strict_meeting_ids ? domain::IdRule::strict : domain::IdRule::lenient;
  const auto private_targets = config.allow_private_targets ? webhooks::PrivateTargets::allowed
                                                            : webhooks::PrivateTargets::refused;
  const auto& [database, lifecycle, mailbox, clock, jobs, work] = parts;
  const routes::JobOptions job_options{.generate_limit = config.generate_limit,
                                       .account_limit = config.account_limit,
                                       .account_domain = config.account_domain,
                                       .rules = {.time_limit = config.job_time_limit}};
  http::Router router;
  routes::add_user_routes(router, database, lifecycle, clock);
  routes::add_token_routes(router, database, clock);
  routes::add_admin_meeting_routes(router, database, lifecycle, clock);
  routes::add_audit_routes(router, database);
  routes::add_queue_admin_routes(router, work);
  routes::add_dead_letter_routes(router, work);
  routes::add_worker_routes(router, database, clock);
  routes::add_bot_routes(router, database, lifecycle, clock, id_rule);
  routes::add_command_routes(router, database);
  routes::add_meeting_routes(router, database, clock);
  routes::add_transcript_routes(router, database);
  routes::add_webhook_routes(router, database, clock, private_targets);
  routes::add_account_routes(router, jobs, job_options);
  routes::add_job_routes(router, jobs, job_options);
  routes::add_job_import_routes(router, jobs, job_options);
  routes::add_job_event_routes(router, jobs);
  routes::add_job_settings_routes(router, jobs, job_options);
  routes::add_callback_routes(router, lifecycle, mailbox);
  routes::add_service_routes(router, database, std::move(facts));
  return router;
}

std::string openapi_document() {
  const SystemClock clock;
  store::Database database({.path = ":memory:"}, clock);
  commands::Mailbox mailbox(database, clock);
  events::Bus bus;
  bots::SimulatedRuntime runtime(mailbox);
  bots::Lifecycle lifecycle({database, runtime, mailbox, bus, clock}, {.server_secret = "none"});
  jobs::EventFeed feed(database, clock);
  const auto& nobody = queue::Listeners::none();
  const auto router = make_router({database,
                                   lifecycle,
                                   mailbox,
                                   clock,
                                   {database, lifecycle, clock, feed, nobody},
                                   {database, clock, nobody, [](std::string_view /*lane*/) {}}},
                                  Config{},
                                  {});
  return routes::openapi_document(router, std::string(version()));
}

}  // namespace bot::app
