#include "server/app/worker_command.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "server/app/database_options.hpp"
#include "server/app/job_mirror.hpp"
#include "server/app/log.hpp"
#include "server/app/metrics.hpp"
#include "server/app/privileges.hpp"
#include "server/app/signals.hpp"
#include "server/app/version.hpp"
#include "server/app/witness.hpp"
#include "server/app/worker_unit.hpp"
#include "server/events/redis_eviction.hpp"
#include "server/jobs/handlers.hpp"
#include "server/store/database.hpp"
#include "server/webhooks/delivery.hpp"

namespace bot::app {
namespace {

// Wakes the main thread when the worker itself wants to end, and is none of those of which a second
// one ends the process at once.
constexpr int own_end = SIGUSR1;

// For all that comes after the grace: the last words of the worker and of the mirror, a Redis that
// does not answer, sessions that are closed.
constexpr Millis longest_rest{10'000};

std::optional<std::int64_t> attempts_of(const Config& config) {
  if (!config.max_retries) return std::nullopt;
  return *config.max_retries + 1;
}

// Members are built from top to bottom and taken down from bottom to top.
class WorkingProcess {
 public:
  WorkingProcess(const Config& config, const Clock& clock)
      : config_(config),
        log_(config.log_format, config.log_level, {"worker_id", config.worker_id}),
        database_(database_options(config, ""), clock),
        unit_({database_, clock, config_, log_, witness_, heard(clock)},
              {.id = config.worker_id,
               .queues = config.queues,
               .max_attempts = attempts_of(config),
               .elsewhere = jobs::WorkerOptions::Elsewhere::refused,
               .on_end = [] { ::kill(::getpid(), own_end); }}),
        mirror_(make_mirror({database_, clock, config_, log_}, config.worker_id)) {}

  Status start() {
    if (auto started = unit_.start(); !started) return started;
    if (mirror_) mirror_->start();
    log_.write(Log::Level::info,
               "working",
               {{"version", std::string(version())},
                {"queues", join(config_.queues, ",")},
                {"concurrency", std::to_string(config_.concurrency)}});
    return Unit{};
  }

  void quiet() { unit_.quiet(); }
  bool hangs() const { return unit_.hangs(); }

  // True when nothing runs any more.
  bool stop() {
    log_.write(Log::Level::info, "shutting down");
    const bool all = unit_.stop(config_.shutdown_grace);
    // After the worker, whose last verdicts it shows.
    const bool shown = !mirror_ || mirror_->stop_within(mirror_grace);
    const auto row = unit_.row();
    log_.write(all ? Log::Level::info : Log::Level::warning,
               all ? "stopped" : "stopped; what was not done comes back to the queue",
               {{"processed", std::to_string(row.beat.processed)},
                {"succeeded", std::to_string(row.beat.succeeded)},
                {"failed", std::to_string(row.beat.failed)},
                {"uptime_seconds", std::to_string((row.beat.seen_at - row.started_at) / 1000)}});
    log_.flush();
    return all && shown;
  }

 private:
  const queue::Listeners& heard(const Clock& clock) {
    jobs::listen(listeners_, clock);
    webhooks::listen(listeners_);
    return listeners_;
  }

  const Config config_;
  Log log_;
  Metrics metrics_;
  Witness witness_{metrics_, log_};
  store::Database database_;
  queue::Listeners listeners_;
  WorkerUnit unit_;
  std::unique_ptr<jobs::Mirror> mirror_;  // null: without Redis
};

}  // namespace

Status work(const Config& config) {
  const auto ending = block_signals({SIGTERM, SIGINT});
  const auto awaited = block_signals({SIGTERM, SIGINT, SIGTSTP, own_end});
  std::signal(SIGPIPE, SIG_IGN);
  if (auto forbidden = forbid_new_privileges(); !forbidden) return forbidden;
  if (!config.redis_url.empty()) {
    if (auto sound = events::refuse_eviction(config.redis_url); !sound) return sound;
  }
  const SystemClock clock;
  auto process = std::make_unique<WorkingProcess>(config, clock);
  if (auto started = process->start(); !started) return started;
  int number = 0;
  while (sigwait(&awaited, &number) == 0 && number == SIGTSTP)
    process->quiet();
  end_at_second_signal(ending);
  // Who supervises starts a worker again that ends as failed.
  const int status = process->hangs() ? EXIT_FAILURE : EXIT_SUCCESS;
  end_after(config.shutdown_grace + longest_rest, status);
  // A handler that does not come to its end would be waited for.
  if (!process->stop()) _exit(status);
  return Unit{};
}

}  // namespace bot::app
