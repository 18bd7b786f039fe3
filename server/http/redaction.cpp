#include "server/http/redaction.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"

namespace bot::http {
namespace {

constexpr std::string_view hidden = "***";

constexpr std::array secret_keys = {std::string_view{"api_key"},
                                    std::string_view{"apikey"},
                                    std::string_view{"x-api-key"},
                                    std::string_view{"x-admin-api-key"},
                                    std::string_view{"admin_key"},
                                    std::string_view{"key"},
                                    std::string_view{"token"},
                                    std::string_view{"access_token"},
                                    std::string_view{"secret"},
                                    std::string_view{"password"},
                                    std::string_view{"passcode"}};

bool segment_is(std::string_view segment, std::string_view word) {
  return iequals(percent_decode(segment).value_or(std::string(segment)), word);
}

// Empty segments are passed over: what a client wrote with a slash too many is still its secret.
std::string redact_path(std::string_view path) {
  constexpr std::array words = {
      std::string_view{"bots"}, std::string_view{"internal"}, std::string_view{"callback"}};
  std::string safe;
  std::size_t matched = 0;
  bool first = true;
  for (const auto segment : split(path, '/')) {
    if (!first) safe += '/';
    first = false;
    if (segment.empty()) continue;
    if (matched == words.size()) {
      safe += hidden;
      matched = 0;
      continue;
    }
    if (segment_is(segment, words[matched])) {
      ++matched;
    } else {
      matched = segment_is(segment, words[0]) ? 1 : 0;
    }
    safe += segment;
  }
  return safe;
}

std::string redact_pair(std::string_view pair) {
  const auto equals = pair.find('=');
  const auto name = pair.substr(0, equals);
  const bool secret = std::any_of(
      secret_keys.begin(), secret_keys.end(), [name](auto key) { return segment_is(name, key); });
  if (!secret || equals == pair.npos) return std::string(pair);
  return std::string(name) + "=" + std::string(hidden);
}

}  // namespace

std::string redact_target(std::string_view target) {
  const auto question = target.find('?');
  auto safe = redact_path(target.substr(0, question));
  if (question == target.npos) return safe;
  std::vector<std::string> pairs;
  for (const auto pair : split(target.substr(question + 1), '&'))
    pairs.push_back(redact_pair(pair));
  return safe + "?" + join(pairs, "&");
}

}  // namespace bot::http
