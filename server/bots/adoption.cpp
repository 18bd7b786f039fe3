#include "server/bots/adoption.hpp"

#include <utility>

#include "server/bots/launch_rows.hpp"

namespace bot::bots {

namespace {

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
  std::vector<LaunchedBot> taken;
  for (const auto& bot : found) {
    const bool ours = database.write(
        [&](sql::Connection& connection) { return take_over(connection, bot, keeper, now); });
    if (ours) taken.push_back(bot);
  }
  return adopt(taken, runtime, lifecycle);
}

}  // namespace bot::bots
