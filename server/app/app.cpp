#include "server/app/app.hpp"

#include <atomic>
#include <utility>

#include "base/fault.hpp"
#include "base/ids.hpp"
#include "server/app/app_parts.hpp"
#include "server/app/data_dir.hpp"
#include "server/app/database_options.hpp"
#include "server/app/docker.hpp"
#include "server/app/doors.hpp"
#include "server/app/front.hpp"
#include "server/app/gauges.hpp"
#include "server/app/housekeeping.hpp"
#include "server/app/job_mirror.hpp"
#include "server/app/log.hpp"
#include "server/app/metrics.hpp"
#include "server/app/privileges.hpp"
#include "server/app/readiness.hpp"
#include "server/app/router.hpp"
#include "server/app/transcript_streams.hpp"
#include "server/app/version.hpp"
#include "server/app/witness.hpp"
#include "server/app/worker_unit.hpp"
#include "server/bots/adoption.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/bots/reaper.hpp"
#include "server/bots/replicas.hpp"
#include "server/bots/simulated_runtime.hpp"
#include "server/commands/mailbox.hpp"
#include "server/commands/outbox.hpp"
#include "server/events/bus.hpp"
#include "server/events/redis_channels.hpp"
#include "server/events/redis_eviction.hpp"
#include "server/events/redis_link.hpp"
#include "server/jobs/event_feed.hpp"
#include "server/jobs/handlers.hpp"
#include "server/jobs/wakes.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/routes/api_errors.hpp"
#include "server/routes/authentication.hpp"
#include "server/routes/socket.hpp"
#include "server/store/database.hpp"
#include "server/store/setting_store.hpp"
#include "server/webhooks/delivery.hpp"
#include "server/webhooks/event.hpp"

namespace bot::app {
namespace {

constexpr Millis request_grace{10'000};
constexpr Millis work_grace{5'000};
constexpr Millis bot_patience{10'000};

struct Keys {
  std::string admin;
  std::string server;
  std::string replica;  // tells this server from others on the same database, also after a restart

  std::string replica_name() const { return replica.substr(0, 12); }
};

Result<Keys> read_keys(const Config& config, const DataDir& data_dir) {
  Keys keys;
  for (const auto& [file, key] :
       {std::pair("server.secret", &keys.server), std::pair("replica.id", &keys.replica)}) {
    auto made = data_dir.secret(file);
    if (!made) return std::move(made).error();
    *key = *std::move(made);
  }
  auto admin = config.admin_key ? Result(*config.admin_key) : data_dir.secret("admin.key");
  if (!admin) return std::move(admin).error();
  keys.admin = *std::move(admin);
  return keys;
}

// All servers of one database derive the bots' callback secrets from the same key: with PostgreSQL
// that of whoever came first.
std::string shared_secret(store::Database& database, const Config& config, const Keys& keys) {
  if (config.database_url.empty()) return keys.server;
  return database.write([&](sql::Connection& connection) {
    return store::SettingStore(connection).keep("server_secret", keys.server);
  });
}

}  // namespace

// Members are built from top to bottom and taken down from bottom to top.
class App::Parts {
 public:
  Parts(const Config& config, const Clock& clock, DataDir data_dir, const Keys& keys, Doors doors)
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
        front_(std::move(doors),
               {config_,
                data_dir_,
                log_,
                make_router(
                    {database_, lifecycle_, mailbox_, clock, jobs(), work()}, config_, facts()),
                hooks(),
                *socket_}) {
    if (auto* simulated = dynamic_cast<bots::SimulatedRuntime*>(runtime_.get())) {
      simulated->connect(lifecycle_);
    }
    runtime_->attach(lifecycle_);
    lifecycle_.register_handlers(queue_);
    jobs::listen(listeners_, clock_);
    webhooks::listen(listeners_);
    metrics_.read_from(gauges({database_,
                               counter_,
                               queue_,
                               clock_,
                               [this] { return front_.stats(); },
                               redis_.get(),
                               replicas_.get()}));
    if (streams_) metrics_.read_from([this] { return streams_->numbers(); });
    mailbox_.on_delivery(
        [this](std::size_t count) { witness_.advanced(commands::Step::delivered, count); });
    if (redis_) {
      mailbox_.on_fetch([this](const std::string& session_uid) { redis_->attend(session_uid); });
      commands::register_outbox(
          queue_,
          database_,
          clock,
          [this](const auto& session, auto& body) {
            return redis_->publisher().publish({events::command_channel(session), body});
          },
          [this](std::size_t count) { witness_.advanced(commands::Step::published, count); });
    }
    webhooks::register_delivery(
        queue_,
        database_,
        clock,
        {.sender = {.private_targets = private_targets()},
         .on_attempt = [this](const auto& attempt) { witness_.attempted(attempt); }});
  }

  // Also when it never got so far as to serve: what runs bots tells the lifecycle of their ends.
  ~Parts() {
    if (replicas_) replicas_->stop_watching();
    runtime_->stop_watching();
    lifecycle_.stop_telling();
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  Status start() {
    if (is_root()) {
      log_.write(Log::Level::warning,
                 "runs as root, and so do its bots",
                 {{"hint", "start it as another user, or with --user NAME"}});
    }
    if (config_.callback_urls.empty()) lifecycle_.set_callback_urls({front_.callback_url()});
    if (redis_) redis_->start();
    if (streams_) streams_->start();
    if (replicas_) replicas_->start(front_.callback_url(), [this] { adopt_orphans(); });
    const auto found = bots::adopt_bots(database_, *runtime_, lifecycle_);
    if (found.adopted == 0) front_.no_bots_of_earlier_runs();
    queue_.start();
    if (worker_) {
      if (auto started = worker_->start(); !started) return started;
    }
    if (mirror_) mirror_->start();
    reaper_.start();
    housekeeping_.start();
    front_.start();
    if (auto announced = front_.announce(); !announced) return announced;
    log_.write(Log::Level::info,
               "serving",
               {{"url", url()},
                {"version", std::string(version())},
                {"runtime", std::string(runtime_->name())},
                {"bots_adopted", std::to_string(found.adopted)},
                {"bots_closed", std::to_string(found.closed)}});
    return Unit{};
  }

  // Bots that are asked to leave still need to be answered, so the listener goes after them.
  bool stop() {
    if (std::exchange(stopped_, true)) return true;
    log_.write(Log::Level::info, "shutting down");
    draining_ = true;
    reaper_.stop();
    housekeeping_.stop();
    shut_bots_down();
    mailbox_.release_all();
    job_events_.release_all();
    front_.stop(request_grace);
    // Both at once, so that neither takes what the other could still have given back.
    queue_.quiet();
    bool all = !worker_ || worker_->stop(work_grace);
    all = queue_.stop(work_grace) && all;
    if (!all) log_.write(Log::Level::warning, "work in progress goes on after the next start");
    // After those whose last verdicts it shows.
    if (mirror_) mirror_->stop();
    runtime_->stop_watching();
    if (streams_) streams_->stop();
    if (redis_) redis_->stop();
    leave_replicas();
    log_.write(Log::Level::info, "stopped");
    log_.flush();
    return all;
  }

  const std::string& url() const { return front_.url(); }
  void reload_certificate() { front_.reload_certificate(); }

 private:
  // On the thread that watches the other servers.
  void adopt_orphans() {
    if (draining_) return;
    // What was taken over when the store went away in the middle of it.
    if (std::exchange(adoption_broke_, true)) bots::adopt_bots(database_, *runtime_, lifecycle_);
    const auto found =
        bots::adopt_orphans(database_, *runtime_, lifecycle_, replicas_->gone(), clock_.now_ms());
    adoption_broke_ = false;
    if (found.adopted + found.closed == 0) return;
    log_.write(Log::Level::info,
               "took bots over",
               {{"bots_adopted", std::to_string(found.adopted)},
                {"bots_closed", std::to_string(found.closed)}});
  }

  void leave_replicas() {
    if (!replicas_) return;
    try {
      replicas_->stop();
    } catch (const Fault&) {
      log_.write(Log::Level::warning, "the store was away: others notice the end in some seconds");
    }
  }

  void shut_bots_down() {
    const auto policy = config_.on_shutdown == OnShutdown::stop ? bots::ShutdownPolicy::stop
                                                                : bots::ShutdownPolicy::leave;
    try {
      lifecycle_.shutdown(policy, bot_patience);
    } catch (const Fault& away) {
      log_.write(Log::Level::warning,
                 "the store was away: the next start closes what was left",
                 {{"reason", away.what()}});
    }
  }

  webhooks::PrivateTargets private_targets() const {
    return config_.allow_private_targets ? webhooks::PrivateTargets::allowed
                                         : webhooks::PrivateTargets::refused;
  }

  std::vector<routes::PartState> parts() {
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

  routes::JobParts jobs() {
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

  routes::QueueParts work() {
    return {database_, clock_, listeners_, [this](std::string_view lane) { wake(lane); }};
  }

  // Whoever can do what is in this lane, wherever that is.
  void wake(std::string_view lane) {
    queue_.wake(lane);
    if (worker_) worker_->wake(lane);
    if (mirror_) mirror_->wake();
    job_events_.wake();
    if (redis_) redis_->publisher().post({std::string(jobs::wake_channel), std::string(lane)});
  }

  routes::ServiceFacts facts() {
    return {.version = std::string(version()),
            .commit = std::string(commit()),
            .parts = [this] { return parts(); },
            .metrics = [this] { return metrics_.text(); },
            .web_sockets = [this] { return front_.stats().web_sockets; },
            .now = [this] { return clock_.now_ms(); }};
  }

  http::DispatcherHooks hooks() {
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

  const Config config_;
  Log log_;
  Metrics metrics_;
  Witness witness_{metrics_, log_};
  DataDir data_dir_;
  const Clock& clock_;
  store::Database database_;
  events::Bus bus_;
  commands::Mailbox mailbox_;
  std::unique_ptr<events::RedisLink> redis_;  // null: everything stays in this process
  const std::string secret_;                  // of all servers of the database
  std::unique_ptr<bots::Runtime> runtime_;
  std::unique_ptr<bots::Replicas> replicas_;  // null: this server is the only one
  bots::Lifecycle lifecycle_;
  std::unique_ptr<TranscriptStreams> streams_;  // null: without Redis
  queue::Listeners listeners_;
  jobs::EventFeed job_events_{database_, clock_};
  queue::Dispatcher queue_;
  std::unique_ptr<WorkerUnit> worker_;    // null: others work on the jobs
  std::unique_ptr<jobs::Mirror> mirror_;  // null: without Redis
  StoreCounter counter_{database_, clock_};
  bots::Reaper reaper_;
  Housekeeping housekeeping_;
  routes::Authenticator authenticator_;
  std::atomic<bool> draining_{false};
  bool stopped_ = false;
  bool adoption_broke_ = false;  // used by the thread that watches the other servers
  std::unique_ptr<http::WebSocketAcceptor> socket_;
  Front front_;
};

Result<std::unique_ptr<App>> App::start(const Config& config,
                                        const Clock& clock,
                                        std::optional<Doors> doors) {
  if (!config.redis_url.empty()) {
    if (auto sound = events::refuse_eviction(config.redis_url); !sound)
      return std::move(sound).error();
  }
  auto data_dir = DataDir::open(config.data_dir);
  if (!data_dir) return std::move(data_dir).error();
  const auto keys = read_keys(config, *data_dir);
  if (!keys) return keys.error();
  auto open = doors ? Result(std::move(*doors)) : Doors::open(config);
  if (!open) return std::move(open).error();
  if (auto dropped = drop_capabilities(); !dropped) return std::move(dropped).error();
  auto parts = std::make_unique<Parts>(
      config, clock, std::move(data_dir).value(), *keys, std::move(open).value());
  if (auto started = parts->start(); !started) return std::move(started).error();
  return std::unique_ptr<App>(new App(std::move(parts)));
}

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

App::~App() {
  stop();
}

const std::string& App::url() const {
  return parts_->url();
}

void App::reload_certificate() {
  parts_->reload_certificate();
}

bool App::stop() {
  return parts_->stop();
}

}  // namespace bot::app
