#include "server/queue/filter.hpp"

#include <algorithm>

namespace bot::queue {
namespace {

// A pattern of LIKE for texts that contain this one.
std::string pattern_of(const std::string& text) {
  std::string pattern = "%";
  for (const char character : text) {
    if (character == '%' || character == '_' || character == '\\') pattern += '\\';
    pattern += character;
  }
  return pattern + "%";
}

}  // namespace

std::string condition_of(const ItemFilter& filter, std::vector<sql::Value>& values) {
  std::string condition;
  // Each part with the place of its value for {}.
  const auto add = [&](std::string_view part, sql::Value value) {
    values.push_back(std::move(value));
    const auto place = "$" + std::to_string(values.size());
    condition += condition.empty() ? " WHERE " : " AND ";
    for (auto rest = part; !rest.empty();) {
      const auto hole = std::min(rest.find("{}"), rest.size());
      condition.append(rest.substr(0, hole));
      if (hole < rest.size()) condition += place;
      rest.remove_prefix(std::min(hole + 2, rest.size()));
    }
  };
  // As in the partial indexes, or the engines would not use them.
  if (filter.status) {
    condition = " WHERE status = '" + std::string(to_string(*filter.status)) + "'";
  }
  if (!filter.lane.empty()) add("lane = {}", filter.lane);
  if (filter.kind) add("kind = {}", *filter.kind);
  if (filter.search && !filter.search->empty())
    add("(LOWER(payload) LIKE LOWER({}) ESCAPE '\\' OR LOWER(last_error) LIKE LOWER({}) ESCAPE '\\'"
        " OR LOWER(kind) LIKE LOWER({}) ESCAPE '\\'"
        " OR LOWER(unique_key) LIKE LOWER({}) ESCAPE '\\')",
        pattern_of(*filter.search));
  if (filter.finished_before) add("finished_at < {}", *filter.finished_before);
  if (filter.before_id) add("id < {}", *filter.before_id);
  return condition;
}

}  // namespace bot::queue
