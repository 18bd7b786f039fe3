#include "base/nesting.hpp"

#include <optional>
#include <vector>

namespace bot {
namespace {

// Calls see(c) with each character that is outside of strings, until it returns false.
template <typename See>
void walk_outside_strings(std::string_view json, See&& see) {
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (!see(c)) {
      return;
    }
  }
}

}  // namespace

bool nests_deeper(std::string_view json, std::size_t levels) {
  std::size_t depth = 0;
  walk_outside_strings(json, [&](char c) {
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    return depth <= levels;
  });
  return depth > levels;
}

bool has_larger_object(std::string_view json, std::size_t members) {
  // Of each object that is open, the commas between its members; nothing of an array.
  std::vector<std::optional<std::size_t>> open;
  bool larger = false;
  walk_outside_strings(json, [&](char c) {
    if (c == '{') open.emplace_back(0);
    if (c == '[') open.emplace_back(std::nullopt);
    if ((c == ']' || c == '}') && !open.empty()) open.pop_back();
    if (c == ',' && !open.empty() && open.back()) larger = ++*open.back() >= members;
    return !larger;
  });
  return larger;
}

}  // namespace bot
