#include "server/app/app.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/fault.hpp"
#include "server/app/job_mirror.hpp"
#include "server/app/privileges.hpp"
#include "server/app/version.hpp"
#include "server/app/wiring.hpp"
#include "server/bots/adoption.hpp"
#include "server/events/redis_eviction.hpp"

namespace bot::app {
namespace {

constexpr Millis request_grace{10'000};
constexpr Millis work_grace{5'000};
constexpr Millis bot_patience{10'000};

}  // namespace

// What runs bots tells the lifecycle of their ends.
App::Parts::~Parts() {
  if (replicas_) replicas_->stop_watching();
  runtime_->stop_watching();
  lifecycle_.stop_telling();
}

Status App::Parts::start() {
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
bool App::Parts::stop() {
  if (std::exchange(stopped_, true)) return true;
  log_.write(Log::Level::info, "shutting down");
  draining_ = true;
  reaper_.stop();
  housekeeping_.stop();
  shut_bots_down();
  mailbox_.release_all();
  job_events_.release_all();
  front_.stop(request_grace);
  bool all = stop_working();
  // After those whose last verdicts it shows.
  if (mirror_) all = mirror_->stop_within(mirror_grace) && all;
  runtime_->stop_watching();
  if (streams_) streams_->stop();
  if (redis_) redis_->stop();
  leave_replicas();
  log_.write(Log::Level::info, "stopped");
  log_.flush();
  return all;
}

// Both at once, so that neither takes what the other could still have given back.
bool App::Parts::stop_working() {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + work_grace;
  queue_.quiet();
  bool all = !worker_ || worker_->stop(work_grace);
  const auto left = std::chrono::ceil<Millis>(until - Clock::now());
  all = queue_.stop(std::max(left, Millis{0})) && all;
  if (!all) log_.write(Log::Level::warning, "work in progress goes on after the next start");
  return all;
}

void App::Parts::adopt_orphans() {
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

void App::Parts::leave_replicas() {
  if (!replicas_) return;
  try {
    replicas_->stop();
  } catch (const Fault&) {
    log_.write(Log::Level::warning, "the store was away: others notice the end in some seconds");
  }
}

void App::Parts::shut_bots_down() {
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
