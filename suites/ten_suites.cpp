#include "suites/check.hpp"

namespace bot::suites {

std::vector<Suite> ten_suites(std::size_t race_size) {
  std::vector<Suite> suites;
  suites.push_back(users_and_tokens());
  suites.push_back(bot_creation());
  suites.push_back(bot_transitions());
  suites.push_back(bot_configuration());
  suites.push_back(bot_shutdown());
  suites.push_back(background_cleanup());
  suites.push_back(api_compatibility());
  suites.push_back(database_consistency(race_size));
  suites.push_back(bot_commands());
  suites.push_back(end_to_end());
  return suites;
}

}  // namespace bot::suites
