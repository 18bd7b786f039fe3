#include "server/app/readiness.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include "server/bots/meeting_change.hpp"
#include "server/commands/outbox.hpp"

namespace bot::app {
namespace {

using routes::PartState;

// Work that could run waits a moment where there is much of it; so long only where nobody does it.
constexpr Millis longest_wait{60'000};
// Rounds that the reaper may miss: one can take long.
constexpr int most_missed_rounds = 3;

std::string in_seconds(Millis time) {
  return std::to_string(time.count() / 1000) + " s";
}

std::string problem_of_the_store(const ReadinessSources& sources) {
  const auto store = sources.database.check();
  if (store) return "";
  sources.log.write(Log::Level::warning, "the store is away", {{"reason", store.error().message}});
  return "the database cannot be reached or is busy";
}

std::string problem_of_the_runtime(const ReadinessSources& sources) {
  const auto problem = sources.runtime.problem();
  if (problem.empty()) return "";
  sources.log.write(Log::Level::warning, "bots cannot be started", {{"reason", problem}});
  return "bots cannot be started";
}

// Webhooks may wait for their receivers, and those of another place for servers there. What is away
// is not asked twice: each time takes seconds.
std::string problem_of_the_queue(const ReadinessSources& sources, const PartState& store) {
  if (!store.problem.empty()) return "";
  const auto numbers = sources.counter.numbers();
  if (!numbers) return "";  // which the store's part says
  const std::array<std::string, 5> own = {std::string(bots::launch_lane),
                                          std::string(bots::stop_lane),
                                          bots::stop_lane_at(sources.place),
                                          std::string(bots::finish_lane),
                                          std::string(commands::publish_lane)};
  for (const auto& lane : numbers->lanes) {
    if (!lane.oldest_ready_at || std::find(own.begin(), own.end(), lane.lane) == own.end())
      continue;
    const Millis waited{sources.clock.now_ms() - *lane.oldest_ready_at};
    if (waited > longest_wait) {
      return lane.lane.substr(0, lane.lane.find('@')) + " has had work waiting for " +
             in_seconds(waited);
    }
  }
  return "";
}

// Jobs wait, and nothing else suffers.
std::string problem_of_the_workers(const ReadinessSources& sources, const PartState& store) {
  if (!store.problem.empty()) return "";
  const auto numbers = sources.counter.numbers();
  if (!numbers || numbers->workers_on_jobs > 0) return "";
  return "nobody works on jobs";
}

std::string problem_of_the_reaper(const ReadinessSources& sources) {
  const auto since = sources.reaper.since_last_round();
  if (!since) return "is not running";
  const auto patience = std::max(most_missed_rounds * sources.reaper.interval(), longest_wait);
  return *since > patience ? "has not been through for " + in_seconds(*since) : "";
}

std::string problem_of_the_disk(const ReadinessSources& sources) {
  std::error_code unknown;
  const auto space = std::filesystem::space(sources.disk, unknown);
  if (unknown || space.available >= sources.least_free) return "";
  return "is almost full: " + std::to_string(space.available >> 20) + " MiB are left";
}

}  // namespace

std::vector<PartState> readiness(const ReadinessSources& sources) {
  using Without = PartState::Without;
  const PartState store{.name = "store", .problem = problem_of_the_store(sources)};
  std::vector<PartState> parts = {
      store,
      {.name = "runtime", .problem = problem_of_the_runtime(sources)},
      {.name = "queue",
       .problem = problem_of_the_queue(sources, store),
       .without = Without::degraded},
      {.name = "workers",
       .problem = problem_of_the_workers(sources, store),
       .without = Without::degraded},
      {.name = "reaper", .problem = problem_of_the_reaper(sources), .without = Without::degraded}};
  if (!sources.disk.empty()) {
    parts.push_back(
        {.name = "disk", .problem = problem_of_the_disk(sources), .without = Without::degraded});
  }
  if (sources.redis != nullptr) {
    parts.push_back(
        {.name = "redis", .problem = sources.redis->problem(), .without = Without::degraded});
  }
  if (sources.mirror != nullptr) {
    parts.push_back(
        {.name = "mirror", .problem = sources.mirror->problem(), .without = Without::degraded});
  }
  return parts;
}

}  // namespace bot::app
