#include "server/app/worker_unit.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "server/app/version.hpp"
#include "server/bots/process_handle.hpp"
#include "server/jobs/handlers.hpp"
#include "server/jobs/wakes.hpp"
#include "server/webhooks/delivery.hpp"
#include "server/webhooks/event.hpp"

namespace bot::app {
namespace {

// How often to look for work that nobody has told of: rarely where Redis tells, and where nobody
// else enqueues anything never.
constexpr Millis look_with_redis{5000};
constexpr Millis look_without{1000};

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

jobs::WorkerProcess this_process() {
  const auto handle = bots::handle_of(::getpid());
  return {.host = host_name(),
          .pid = ::getpid(),
          .started_at = handle ? static_cast<std::int64_t>(handle->start_time) : 0};
}

// Another process of this machine that has not ended.
bool lives_here(const store::WorkerRow& row) {
  if (row.host != host_name() || row.pid == ::getpid() || row.pid < 2) return false;
  const auto process =
      bots::open_process({.pid = static_cast<pid_t>(row.pid),
                          .start_time = static_cast<std::uint64_t>(row.pid_started_at),
                          .boot_id = bots::boot_id()});
  return process && !bots::has_ended(process);
}

std::vector<std::string> lanes_of(const std::vector<std::string>& queues) {
  std::vector<std::string> lanes;
  lanes.reserve(queues.size());
  for (const auto& queue : queues)
    lanes.push_back(lane_of_queue(queue));
  return lanes;
}

queue::DispatcherOptions dispatching(const WorkerParts& parts) {
  queue::DispatcherOptions options;
  options.backoff = jobs::backoff;
  options.listeners = &parts.listeners;
  if (!parts.config.database_url.empty())
    options.look_every = parts.config.redis_url.empty() ? look_without : look_with_redis;
  options.on_outcome = [&witness = parts.witness](const auto& item, const auto& outcome) {
    witness.worked(item, outcome);
  };
  return options;
}

std::unique_ptr<jobs::HealthSign> make_sign(const Config& config, const std::string& id) {
  if (config.redis_url.empty()) return nullptr;
  return std::make_unique<jobs::RedisHealthSign>(config.redis_url, id);
}

bool contains(const std::vector<std::string>& lanes, std::string_view lane) {
  return std::find(lanes.begin(), lanes.end(), lane) != lanes.end();
}

}  // namespace

WorkerUnit::WorkerUnit(const WorkerParts& parts, const WorkerRole& role)
    : lanes_(lanes_of(role.queues)),
      sign_(make_sign(parts.config, role.id)),
      worker_(parts.database, parts.clock, options(parts, role), dispatching(parts), sign_.get()),
      feed_(make_feed(parts.config.redis_url)) {
  register_handlers(parts, role);
}

WorkerUnit::~WorkerUnit() {
  if (feed_) feed_->stop();
}

jobs::WorkerOptions WorkerUnit::options(const WorkerParts& parts, const WorkerRole& role) {
  jobs::WorkerOptions options;
  options.id = role.id;
  options.version = std::string(version());
  options.process = this_process();
  options.lanes = lanes_;
  options.concurrency = parts.config.concurrency;
  options.beat_interval = parts.config.health_check_interval;
  options.lives = lives_here;
  options.elsewhere = role.elsewhere;
  options.on_end = [this, &log = parts.log, on_end = role.on_end](const std::string& why) {
    log.write(Log::Level::info, "the worker is to end", {{"reason", why}});
    if (on_end) {
      on_end();
    } else {
      quiet();
    }
  };
  options.on_status = [&log = parts.log](store::WorkerStatus status) {
    log.write(Log::Level::info, "worker", {{"status", std::string(to_string(status))}});
  };
  return options;
}

void WorkerUnit::register_handlers(const WorkerParts& parts, const WorkerRole& role) {
  const auto& config = parts.config;
  if (contains(lanes_, jobs::lane)) {
    const auto workers = static_cast<int>(config.concurrency);
    // One owner's jobs leave somebody to the others'.
    queue::Concurrency concurrency(workers, static_cast<std::size_t>(std::max(workers - 1, 1)));
    concurrency.time_limit = config.job_time_limit;
    concurrency.max_attempts = role.max_attempts;
    jobs::register_handlers(worker_.dispatcher(),
                            concurrency,
                            jobs::job_kinds(parts.database, parts.clock, config.account_domain));
  }
  if (contains(lanes_, webhooks::lane)) {
    webhooks::register_delivery(
        worker_.dispatcher(),
        parts.database,
        parts.clock,
        {.sender = {.private_targets = config.allow_private_targets
                                           ? webhooks::PrivateTargets::allowed
                                           : webhooks::PrivateTargets::refused},
         .on_attempt = [&witness = parts.witness](const auto& attempt) {
           witness.attempted(attempt);
         }});
  }
}

// When it may have missed something it looks into every lane.
std::unique_ptr<events::RedisFeed> WorkerUnit::make_feed(const std::string& url) {
  if (url.empty()) return nullptr;
  return std::make_unique<events::RedisFeed>(
      events::RedisFeed::Options{.url = url, .patterns = {std::string(jobs::wake_channel)}},
      [this](std::string_view /*channel*/, std::string_view lane) { wake(lane); },
      [this] {
        for (const auto& lane : lanes_)
          wake(lane);
      });
}

Status WorkerUnit::start() {
  if (auto started = worker_.start(); !started) return started;
  if (feed_) feed_->start();
  return Unit{};
}

bool WorkerUnit::stop(Millis limit) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + limit;
  if (feed_) feed_->stop();
  return worker_.stop(std::max(std::chrono::ceil<Millis>(until - Clock::now()), Millis{0}));
}

}  // namespace bot::app
