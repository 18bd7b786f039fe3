#include "server/routes/job_body.hpp"

#include <algorithm>
#include <string_view>

#include "server/domain/email.hpp"

namespace bot::routes {
namespace {

constexpr std::size_t longest_username = 48;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

bool is_username(const std::string& name) {
  return name.size() <= longest_username && std::all_of(name.begin(), name.end(), is_plain) &&
         domain::normal_email(name + "@accounts.invalid").has_value();
}

// What stands for an account in a command line is its id when it is a number.
bool is_number(std::string_view name) {
  if (name.starts_with('-')) name.remove_prefix(1);
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

jobs::Priority read_priority(http::BodyReader& body) {
  const auto text = body.optional_string("priority");
  if (!text) return jobs::Priority::normal;
  const auto priority = jobs::parse_priority(*text);
  if (!priority) body.refuse("priority", "value is none of low, normal, high");
  return priority.value_or(jobs::Priority::normal);
}

std::optional<std::string> read_username(http::BodyReader& body) {
  auto name = body.optional_string("username");
  if (name && !is_username(*name)) {
    body.refuse(
        "username",
        "value is not 1 to 48 letters, digits, dots, hyphens or underscores, with no dot at "
        "an end or beside another");
  } else if (name && is_number(*name)) {
    body.refuse("username", "value is a number, and a number is always an account's id");
  }
  return name;
}

}  // namespace bot::routes
