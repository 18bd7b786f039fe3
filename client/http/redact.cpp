#include "client/http/redact.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace bot::client {
namespace {

constexpr std::string_view mask = "***";
constexpr std::size_t shortest_secret = 8;
constexpr std::size_t most_secrets = 1'000;

constexpr std::array secret_headers{
    "x-api-key", "x-admin-api-key", "authorization", "proxy-authorization", "cookie", "set-cookie"};
constexpr std::array secret_members{"token",
                                    "secret",
                                    "api_key",
                                    "admin_key",
                                    "x-api-key",
                                    "authorization",
                                    "passcode",
                                    "password",
                                    "access_token"};

template <typename Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::any_of(
      names.begin(), names.end(), [name](const char* one) { return iequals(one, name); });
}

// The end of the string literal whose opening quote is at `open`: the index of its closing quote,
// or the text's size when it is broken off.
std::size_t end_of_literal(std::string_view text, std::size_t open) {
  for (auto i = open + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i;
    }
  }
  return text.size();
}

// The opening quote of the string that is the value of a member whose name ended at `at`.
std::optional<std::size_t> string_value_after(std::string_view text, std::size_t at) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto colon = text.find_first_not_of(blanks, at);
  if (colon == text.npos || text[colon] != ':') return std::nullopt;
  const auto value = text.find_first_not_of(blanks, colon + 1);
  if (value == text.npos || text[value] != '"') return std::nullopt;
  return value;
}

}  // namespace

void Redactor::add_secret(const std::string& value) {
  if (value.size() < shortest_secret) return;
  const std::lock_guard lock(mutex_);
  if (secrets_.size() < most_secrets) secrets_.insert(value);
}

Headers Redactor::headers(const Headers& headers) const {
  Headers shown;
  for (const auto& [name, value] : headers) {
    shown.emplace_back(name, is_one_of(secret_headers, name) ? std::string(mask) : text(value));
  }
  return shown;
}

std::string Redactor::target(std::string_view target) const {
  const auto mark = target.find('?');
  if (mark == target.npos) return text(std::string(target));
  std::string shown(target.substr(0, mark));
  char separator = '?';
  for (const auto pair : split(target.substr(mark + 1), '&')) {
    const auto equals = pair.find('=');
    const auto name = pair.substr(0, equals);
    shown += separator;
    separator = '&';
    if (equals != pair.npos && is_one_of(secret_members, name)) {
      shown.append(name).append("=").append(mask);
    } else {
      shown += pair;
    }
  }
  return text(std::move(shown));
}

std::string Redactor::body(std::string_view body) {
  std::string shown;
  std::size_t copied = 0;
  for (auto open = body.find('"'); open < body.size(); open = body.find('"', open)) {
    const auto close = end_of_literal(body, open);
    const auto name = body.substr(open + 1, close - open - 1);
    open = std::min(close + 1, body.size());
    if (!is_one_of(secret_members, name)) continue;
    const auto value = string_value_after(body, open);
    if (!value) continue;
    const auto end = end_of_literal(body, *value);
    add_secret(std::string(body.substr(*value + 1, end - *value - 1)));
    shown.append(body.substr(copied, *value + 1 - copied)).append(mask);
    copied = end;
    open = std::min(end + 1, body.size());
  }
  shown.append(body.substr(copied));
  return text(std::move(shown));
}

std::string Redactor::text(std::string text) const {
  const std::lock_guard lock(mutex_);
  for (const auto& secret : secrets_)
    text = replace_all(std::move(text), secret, mask);
  return text;
}

}  // namespace bot::client
