#include "server/bots/adoption.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include "server/bots/launch_rows.hpp"

namespace bot::bots {

namespace {

constexpr std::size_t taken_together = 100;
constexpr Millis longest_turn{1000};

AdoptionResult adopt(const std::vector<LaunchedBot>& bots, Runtime& runtime, Lifecycle& lifecycle) {
  AdoptionResult result;
  std::vector<LaunchedBot> dead;
  for (const auto& bot : bots) {
    if (bot.runtime == runtime.name() &&
        runtime.adopt(bot.meeting_id, bot.session_uid, bot.handle)) {
      ++result.adopted;
    } else {
      dead.push_back(bot);
    }
  }
  lifecycle.close_dead(dead);
  result.closed = static_cast<int>(dead.size());
  return result;
}

std::vector<LaunchedBot> take(store::Database& database,
                              Runtime& runtime,
                              std::span<const LaunchedBot> bots,
                              const Keeper& keeper,
                              UnixMillis now) {
  return database.write([&](sql::Connection& connection) {
    std::vector<LaunchedBot> taken;
    for (const auto& bot : bots) {
      // From a server that wrote down no place.
      if (!bot.place && !runtime.is_near(bot.handle)) continue;
      if (take_over(connection, bot, keeper, now)) taken.push_back(bot);
    }
    return taken;
  });
}

}  // namespace

AdoptionResult adopt_bots(store::Database& database, Runtime& runtime, Lifecycle& lifecycle) {
  const auto& keeper = lifecycle.keeper();
  auto result = adopt(database.read([&](sql::Connection& connection) {
    return keeper.place.empty() ? launched_bots(connection) : bots_of(connection, keeper.owner);
  }),
                      runtime,
                      lifecycle);
  result.launching = static_cast<int>(database.read(count_waiting_launches));
  return result;
}

AdoptionResult adopt_orphans(store::Database& database,
                             Runtime& runtime,
                             Lifecycle& lifecycle,
                             const std::vector<std::string>& gone,
                             UnixMillis now) {
  const auto& keeper = lifecycle.keeper();
  const auto found = database.read(
      [&](sql::Connection& connection) { return orphans(connection, keeper.place, gone); });
  AdoptionResult result;
  const auto until = std::chrono::steady_clock::now() + longest_turn;
  for (std::size_t first = 0; first < found.size(); first += taken_together) {
    const auto last = std::min(first + taken_together, found.size());
    const auto taken = take(database, runtime, {&found[first], last - first}, keeper, now);
    const auto some = adopt(taken, runtime, lifecycle);
    result.adopted += some.adopted;
    result.closed += some.closed;
    if (std::chrono::steady_clock::now() > until) break;
  }
  return result;
}

}  // namespace bot::bots
