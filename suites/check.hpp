// What a check is: one promise of the service, with the function that finds out whether it is kept.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "suites/evidence.hpp"

namespace bot::suites {

class Stage;

// `id` is stable: the seed's step number ("2.3"), own checks continue the numbering of their suite.
// A check whose `needs` (ids of earlier checks, also of other suites) did not all pass is skipped
// and names the first of them; it is not run. A need that was not selected for the run counts as
// met. Checks of one suite run in order, on one thread; a suite starts when the suites that it
// needs have ended.
struct Check {
  std::string id;
  std::string title;
  std::string promise;
  std::vector<std::string> needs;
  std::function<Outcome(Stage&)> run;
};

// One suite of the seed, numbered and titled as there. It works as a throw-away user with that many
// seats, made before its first check, unless it opens `bare`. A suite that would disturb or be
// disturbed runs `alone`.
struct Suite {
  enum class Opening { with_account, bare };
  enum class Company { any, alone };

  int number = 0;
  std::string title;
  std::vector<Check> checks;
  int max_bots = 2;
  Opening opening = Opening::with_account;
  Company company = Company::any;
};

// The ten suites in the seed's order, fresh: what their checks remember is theirs alone.
// `race_size` is the size of the larger bursts of suite 8.
std::vector<Suite> ten_suites(std::size_t race_size);

Suite users_and_tokens();
Suite bot_creation();
Suite bot_transitions();
Suite bot_configuration();
Suite bot_shutdown();
Suite background_cleanup();
Suite api_compatibility();
Suite database_consistency(std::size_t race_size);
Suite bot_commands();
Suite end_to_end();

}  // namespace bot::suites
