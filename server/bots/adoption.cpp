#include "server/bots/adoption.hpp"

#include <utility>

#include "server/bots/launch_rows.hpp"

namespace bot::bots {

AdoptionResult adopt_bots(store::Database& database, Runtime& runtime, Lifecycle& lifecycle) {
  AdoptionResult result;
  std::vector<LaunchedBot> dead;
  for (auto& bot : database.read(launched_bots)) {
    if (bot.runtime == runtime.name() &&
        runtime.adopt(bot.meeting_id, bot.session_uid, bot.handle)) {
      ++result.adopted;
    } else {
      dead.push_back(std::move(bot));
    }
  }
  lifecycle.close_dead(dead);
  result.closed = static_cast<int>(dead.size());
  return result;
}

}  // namespace bot::bots
