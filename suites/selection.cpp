#include "suites/selection.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace bot::suites {

namespace {

// The seed's quick run: create a bot, look at it, stop it.
const std::vector<std::string>& quick_checks() {
  static const std::vector<std::string> ids{"2.1", "3.1", "5.1"};
  return ids;
}

bool matches_any(const std::vector<std::string>& patterns, const std::string& text) {
  const auto lower = to_lower(text);
  return std::any_of(patterns.begin(), patterns.end(), [&lower](const std::string& pattern) {
    return matches_glob(to_lower(pattern), lower);
  });
}

bool is_selected(const Suite& suite, const Check& check, const SmokeOptions& options) {
  const bool suite_fits = options.suites.empty() ||
                          matches_any(options.suites, std::to_string(suite.number)) ||
                          matches_any(options.suites, suite.title);
  const bool check_fits = options.checks.empty() || matches_any(options.checks, check.id);
  const auto& quick = quick_checks();
  const bool quick_fits =
      !options.quick || std::find(quick.begin(), quick.end(), check.id) != quick.end();
  return suite_fits && check_fits && quick_fits;
}

// Needs point to earlier checks only, so one pass from the end finds all.
std::set<std::string> selected_ids(const std::vector<Suite>& suites, const SmokeOptions& options) {
  std::set<std::string> ids;
  for (std::size_t i = suites.size(); i-- > 0;) {
    const auto& suite = suites[i];
    for (std::size_t j = suite.checks.size(); j-- > 0;) {
      const auto& check = suite.checks[j];
      if (!ids.contains(check.id) && !is_selected(suite, check, options)) continue;
      ids.insert(check.id);
      ids.insert(check.needs.begin(), check.needs.end());
    }
  }
  return ids;
}

}  // namespace

std::vector<Suite> select(std::vector<Suite> suites, const SmokeOptions& options) {
  const auto ids = selected_ids(suites, options);
  for (auto& suite : suites) {
    std::erase_if(suite.checks, [&ids](const Check& check) { return !ids.contains(check.id); });
  }
  std::erase_if(suites, [](const Suite& suite) { return suite.checks.empty(); });
  return suites;
}

}  // namespace bot::suites
