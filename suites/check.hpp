// What a check is: one promise of the service, with the function that finds out whether it is kept.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "suites/evidence.hpp"

namespace bot::suites {

class Stage;

// `id` is stable: the seed's step number ("2.3"), own checks continue the numbering of their suite.
// A check whose `needs` (ids of earlier checks of the same suite) did not all pass is skipped and
// names the first of them; it is not run. Checks of one suite run in order, on one thread.
struct Check {
  std::string id;
  std::string title;
  std::string promise;
  std::vector<std::string> needs;
  std::function<Outcome(Stage&)> run;
};

// One suite of the seed, numbered and titled as there. `max_bots` is the limit of the throw-away
// user it works as. A suite that must not share the machine with others runs `alone`.
struct Suite {
  enum class Company { any, alone };

  int number = 0;
  std::string title;
  int max_bots = 2;
  Company company = Company::any;
  std::vector<Check> checks;
};

}  // namespace bot::suites
