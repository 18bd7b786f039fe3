#include "tests/fakes/server/whole_service.hpp"

#include "base/fault.hpp"
#include "server/jobs/handlers.hpp"
#include "server/routes/api_errors.hpp"
#include "server/routes/job_routes.hpp"
#include "server/routes/socket.hpp"
#include "server/webhooks/delivery.hpp"
#include "server/webhooks/event.hpp"

namespace bot {

WholeService::WholeService(Options options)
    : database_({.path = ":memory:"}, clock_),
      mailbox_(database_, clock_),
      lifecycle_({database_, runtime_, mailbox_, bus_, clock_}, lifecycle_options()),
      queue_(database_, clock_, queue_options()),
      authenticator_(database_, clock_, admin_key),
      parts_({{.name = "store", .problem = ""}}),
      dispatcher_(make_router(options), hooks()),
      sockets_(routes::make_socket_acceptor(authenticator_, database_, bus_, job_events_, clock_)) {
  runtime_.attach(lifecycle_);
  lifecycle_.register_handlers(queue_);
  jobs::listen(listeners_, clock_);
  webhooks::listen(listeners_);
  jobs::register_handlers(queue_, 2, jobs::job_kinds(database_, clock_, "accounts.invalid"));
}

WholeService::~WholeService() {
  mailbox_.release_all();
  job_events_.release_all();
}

queue::DispatcherOptions WholeService::queue_options() const {
  queue::DispatcherOptions options{.owner = "test"};
  options.listeners = &listeners_;
  return options;
}

bots::LifecycleOptions WholeService::lifecycle_options() const {
  bots::LifecycleOptions options;
  options.server_secret = server_secret;
  options.callback_urls = {"http://127.0.0.1:8056"};
  options.kill_grace = Millis{50};
  options.on_change = [](sql::Connection& connection,
                         const store::MeetingRow& meeting,
                         const events::StateChange& change) -> std::vector<std::string> {
    webhooks::enqueue_events(connection, meeting, change, change.at);
    return {};
  };
  return options;
}

http::Router WholeService::make_router(const Options& options) {
  http::Router router;
  routes::add_user_routes(router, database_, lifecycle_, clock_);
  routes::add_token_routes(router, database_, clock_);
  routes::add_admin_meeting_routes(router, database_, lifecycle_, clock_);
  routes::add_audit_routes(router, database_);
  const routes::QueueParts work{
      database_, clock_, listeners_, [this](std::string_view lane) { wakes_.emplace_back(lane); }};
  routes::add_queue_admin_routes(router, work);
  routes::add_dead_letter_routes(router, work);
  routes::add_worker_routes(router, database_, clock_);
  routes::add_bot_routes(router, database_, lifecycle_, clock_, options.id_rule);
  routes::add_command_routes(router, database_);
  routes::add_meeting_routes(router, database_, clock_);
  routes::add_transcript_routes(router, database_);
  routes::add_webhook_routes(router, database_, clock_, options.private_targets);
  const routes::JobParts jobs{
      .database = database_,
      .lifecycle = lifecycle_,
      .clock = clock_,
      .feed = job_events_,
      .listeners = listeners_,
      .wake = [this] { queue_.wake(jobs::lane); },
      .notice_cancel = [this](std::int64_t item_id) { queue_.notice_cancel(item_id); }};
  const routes::JobOptions job_options{.generate_limit = options.generate_limit,
                                       .account_limit = options.account_limit};
  routes::add_account_routes(router, jobs, job_options);
  routes::add_job_routes(router, jobs, job_options);
  routes::add_job_import_routes(router, jobs, job_options);
  routes::add_job_event_routes(router, jobs);
  routes::add_job_settings_routes(router, jobs, job_options);
  routes::add_callback_routes(router, lifecycle_, mailbox_);
  routes::add_service_routes(router,
                             database_,
                             {.version = "9.8.7",
                              .commit = "c0ffee",
                              .parts =
                                  [this] {
                                    const std::scoped_lock lock(mutex_);
                                    return parts_;
                                  },
                              .metrics = [] { return std::string("botd_up 1\n"); },
                              .web_sockets = [] { return std::size_t{3}; },
                              .now = [this] { return clock_.now_ms(); }});
  return router;
}

http::DispatcherHooks WholeService::hooks() {
  return {.authenticate = [this](const http::Request& request, http::Access access)
              -> Result<http::Principal> { return authenticator_.authenticate(request, access); },
          .on_access =
              [this](const http::AccessRecord& record) {
                const std::scoped_lock lock(mutex_);
                accesses_.push_back(record);
              },
          .on_fault =
              [this](const http::AccessRecord& record, std::string_view what) {
                const std::scoped_lock lock(mutex_);
                faults_.push_back(record.method + " " + record.target + ": " + std::string(what));
              },
          .shape_error = routes::shape_api_error};
}

void WholeService::launch_bots() {
  if (!std::exchange(launching_, true)) queue_.start();
}

void WholeService::set_part(const routes::PartState& part) {
  const std::scoped_lock lock(mutex_);
  parts_ = {part};
}

std::vector<std::string> WholeService::faults() const {
  const std::scoped_lock lock(mutex_);
  return faults_;
}

std::vector<http::AccessRecord> WholeService::accesses() const {
  const std::scoped_lock lock(mutex_);
  return accesses_;
}

void WholeService::forget_accesses() {
  const std::scoped_lock lock(mutex_);
  accesses_.clear();
}

}  // namespace bot
