#include "cli/output/csv.hpp"

#include "base/unicode.hpp"

namespace bot::cli {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

std::string harmless(std::string text) {
  constexpr std::string_view begins_formula = "=+-@\t\r";
  if (!text.empty() && begins_formula.find(text.front()) != std::string_view::npos) {
    text.insert(0, 1, '\'');
  }
  return text;
}

std::string cell_of(const types::Json& object, std::string_view member) {
  const auto found = object.find(member);
  if (found == object.end() || found->is_null()) return {};
  if (found->is_string()) return quoted(harmless(to_valid_utf8(found->get<std::string>())));
  return quoted(types::dump(*found));
}

}  // namespace

std::string csv_of(const std::vector<std::string_view>& members,
                   const std::vector<types::Json>& objects) {
  std::string text;
  const auto add_line = [&](const auto& cell) {
    for (const auto member : members) {
      if (member != members.front()) text += ',';
      text += cell(member);
    }
    text += '\n';
  };
  add_line([](std::string_view member) { return std::string(member); });
  for (const auto& object : objects)
    add_line([&](std::string_view member) { return cell_of(object, member); });
  return text;
}

}  // namespace bot::cli
