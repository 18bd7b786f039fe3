#include "suites/known_defects.hpp"

#include <algorithm>
#include <vector>

namespace bot::suites {
namespace {

using client::Generation;

struct KnownDefect {
  std::vector<std::string_view> checks;
  std::vector<Generation> generations;
  std::string_view what;
};

const std::vector<KnownDefect>& known_defects() {
  static const std::vector<KnownDefect> defects = {
      {{"1.5"},
       {Generation::s1, Generation::s2},
       "GET /admin/users/{id} shows every token in clear"},
      {{"2.7"},
       {Generation::s1, Generation::s2},
       "a meeting that is being joined does not keep a second bot away"},
      {{"5.2", "5.4"},
       {Generation::s1, Generation::s2},
       "a stop changes nothing before the bot has gone"},
      {{"6.1"}, {Generation::s1}, "the reason of an end is lost when the meeting has other data"},
      {{"8.1", "8.2", "8.3"},
       {Generation::s1, Generation::s2},
       "limit and duplicates are checked without a lock"},
      {{"4.1", "9.1", "10.1"},
       {Generation::head},
       "since 0.12 a running bot cannot be configured"}};
  return defects;
}

template <typename Range, typename Value>
bool holds(const Range& range, const Value& value) {
  return std::find(range.begin(), range.end(), value) != range.end();
}

}  // namespace

std::string pointer_to_defect(Generation generation, std::string_view check) {
  for (const auto& defect : known_defects()) {
    if (!holds(defect.generations, generation) || !holds(defect.checks, check)) continue;
    return " (known of " + std::string(client::name_of(generation)) + ": " +
           std::string(defect.what) + ", see docs/generations.md)";
  }
  return {};
}

}  // namespace bot::suites
