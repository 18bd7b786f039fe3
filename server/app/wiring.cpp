#include "server/app/wiring.hpp"

#include <utility>

#include "server/app/database_options.hpp"
#include "server/app/version.hpp"
#include "server/bots/simulated_runtime.hpp"
#include "server/commands/outbox.hpp"
#include "server/events/redis_channels.hpp"
#include "server/jobs/handlers.hpp"
#include "server/jobs/wakes.hpp"
#include "server/routes/api_errors.hpp"
#include "server/routes/socket.hpp"
#include "server/webhooks/delivery.hpp"
#include "server/webhooks/event.hpp"

namespace bot::app {

App::Parts::Parts(
    const Config& config, const Clock& clock, DataDir data_dir, const Keys& keys, Doors doors)
    : config_(config),
      log_(config.log_format, config.log_level),
      data_dir_(std::move(data_dir)),
      clock_(clock),
      database_(database_options(config, data_dir_.database_path()), clock),
      mailbox_(database_, clock),
      redis_(make_redis_link(config, keys.replica, bus_, mailbox_)),
      secret_(shared_secret(database_, config, keys)),
      runtime_(make_runtime({config_, database_, clock_, log_}, secret_, mailbox_)),
      replicas_(make_replicas(config, clock, keys.replica_name(), database_, *runtime_)),
      lifecycle_({database_, *runtime_, mailbox_, bus_, clock},
                 with_replicas(lifecycle_options(config, secret_, witness_),
                               config,
                               keys.replica_name(),
                               replicas_.get())),
      streams_(make_transcript_streams(
          {database_, lifecycle_, bus_, clock, log_}, config_, keys.replica_name())),
      queue_(database_, clock, queue_options(config, keys.replica_name(), listeners_, witness_)),
      worker_(make_embedded_worker({database_, clock, config_, log_, witness_, listeners_},
                                   keys.replica_name())),
      mirror_(make_mirror({database_, clock, config_, log_}, "server-" + keys.replica_name())),
      reaper_(database_,
              lifecycle_,
              clock,
              {.interval = config.cleanup_interval,
               .reserved = config.reserved_limit,
               .starting = config.starting_limit,
               .active = config.active_limit,
               .stopping = config.stopping_limit}),
      housekeeping_(
          database_, clock, config_, log_, [this] { return !replicas_ || replicas_->leads(); }),
      authenticator_(database_,
                     clock,
                     keys.admin,
                     {.per_second = config.rate_limit, .burst = config.rate_burst}),
      socket_(routes::make_socket_acceptor(authenticator_, database_, bus_, job_events_, clock)),
      front_(
          std::move(doors),
          {config_,
           data_dir_,
           log_,
           make_router({database_, lifecycle_, mailbox_, clock, jobs(), work()}, config_, facts()),
           hooks(),
           *socket_}) {
  connect_bots();
  connect_metrics();
  connect_commands();
  connect_webhooks();
}

void App::Parts::connect_bots() {
  if (auto* simulated = dynamic_cast<bots::SimulatedRuntime*>(runtime_.get())) {
    simulated->connect(lifecycle_);
  }
  runtime_->attach(lifecycle_);
  lifecycle_.register_handlers(queue_);
  jobs::listen(listeners_, clock_);
  webhooks::listen(listeners_);
}

void App::Parts::connect_metrics() {
  metrics_.read_from(gauges({database_,
                             counter_,
                             queue_,
                             clock_,
                             [this] { return front_.stats(); },
                             redis_.get(),
                             replicas_.get()}));
  if (streams_) metrics_.read_from([this] { return streams_->numbers(); });
}

void App::Parts::connect_commands() {
  mailbox_.on_delivery(
      [this](std::size_t count) { witness_.advanced(commands::Step::delivered, count); });
  if (redis_) {
    mailbox_.on_fetch([this](const std::string& session_uid) { redis_->attend(session_uid); });
    commands::register_outbox(
        queue_,
        database_,
        clock_,
        [this](const auto& session, auto& body) {
          return redis_->publisher().publish({events::command_channel(session), body});
        },
        [this](std::size_t count) { witness_.advanced(commands::Step::published, count); });
  }
}

void App::Parts::connect_webhooks() {
  webhooks::register_delivery(
      queue_,
      database_,
      clock_,
      {.sender = {.private_targets = config_.allow_private_targets
                                         ? webhooks::PrivateTargets::allowed
                                         : webhooks::PrivateTargets::refused},
       .on_attempt = [this](const auto& attempt) { witness_.attempted(attempt); }});
}

void App::Parts::wake(std::string_view lane) {
  queue_.wake(lane);
  if (worker_) worker_->wake(lane);
  if (mirror_) mirror_->wake();
  job_events_.wake();
  if (redis_) redis_->publisher().post({std::string(jobs::wake_channel), std::string(lane)});
}

std::vector<routes::PartState> App::Parts::parts() {
  auto states = readiness({database_,
                           counter_,
                           *runtime_,
                           reaper_,
                           redis_.get(),
                           mirror_.get(),
                           log_,
                           clock_,
                           replicas_ ? replicas_->place() : "",
                           config_.database_url.empty() ? data_dir_.database_path() : ""});
  states.push_back({.name = "server", .problem = draining_ ? "is shutting down" : ""});
  if (streams_) {
    states.push_back({.name = "streams",
                      .problem = streams_->problem(),
                      .without = routes::PartState::Without::degraded});
  }
  return states;
}

routes::JobParts App::Parts::jobs() {
  return {.database = database_,
          .lifecycle = lifecycle_,
          .clock = clock_,
          .feed = job_events_,
          .listeners = listeners_,
          .wake = [this] { wake(jobs::lane); },
          .notice_cancel =
              [this](std::int64_t item_id) {
                if (worker_) worker_->notice_cancel(item_id);
              }};
}

routes::QueueParts App::Parts::work() {
  return {database_, clock_, listeners_, [this](std::string_view lane) { wake(lane); }};
}

routes::ServiceFacts App::Parts::facts() {
  return {.version = std::string(version()),
          .commit = std::string(commit()),
          .parts = [this] { return parts(); },
          .metrics = [this] { return metrics_.text(); },
          .web_sockets = [this] { return front_.stats().web_sockets; },
          .now = [this] { return clock_.now_ms(); }};
}

http::DispatcherHooks App::Parts::hooks() {
  return {.authenticate = [this](const http::Request& request,
                                 http::Access access) -> Result<http::Principal> {
            if (draining_) {
              return Error{.code = Errc::unavailable, .message = "The server is shutting down"};
            }
            return authenticator_.authenticate(request, access);
          },
          .on_access = [this](const http::AccessRecord& record) { witness_.answered(record); },
          .on_unavailable =
              [this](const http::AccessRecord& record, std::string_view what) {
                witness_.failed(Log::Level::warning, "unavailable", record, what);
              },
          .on_fault =
              [this](const http::AccessRecord& record, std::string_view what) {
                witness_.failed(Log::Level::error, "fault", record, what);
              },
          .shape_error = routes::shape_api_error};
}

}  // namespace bot::app
