#include "server/http/request.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <stdexcept>

#include "base/ids.hpp"
#include "base/text.hpp"

namespace bot::http {
namespace {

constexpr std::size_t longest_request_id = 128;

bool is_fit_for_logs(std::string_view id) {
  if (id.empty() || id.size() > longest_request_id) return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

// A random prefix for the process and a number: asking the kernel for each would cost more than
// many a request.
std::string next_request_id() {
  static const std::string prefix = random_hex(12) + "-";
  static std::atomic<std::uint64_t> counter{0};
  std::array<char, 16> digits{};
  const auto number = counter.fetch_add(1, std::memory_order_relaxed);
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return prefix + std::string(digits.data(), end);
}

std::string decode_query_part(std::string_view part) {
  std::string spaced(part);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return percent_decode(spaced).value_or(spaced);
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [name](const auto& header) {
    return iequals(header.first, name);
  });
  return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

std::optional<std::string> Request::query_value(std::string_view name) const {
  std::optional<std::string> value;
  if (query.empty()) return value;
  for (const auto pair : split(query, '&')) {
    const auto equals = pair.find('=');
    if (decode_query_part(pair.substr(0, equals)) != name) continue;
    value = equals == pair.npos ? "" : decode_query_part(pair.substr(equals + 1));
  }
  return value;
}

const std::string& Request::param(std::string_view name) const {
  const auto found = std::find_if(
      params.begin(), params.end(), [name](const auto& param) { return param.first == name; });
  if (found == params.end()) {
    throw std::logic_error("the route has no parameter " + std::string(name));
  }
  return found->second;
}

void set_target(Request& request, std::string_view target) {
  request.target = target;
  if (!target.starts_with('/')) {
    const auto scheme = target.find("://");
    if (scheme != target.npos) {
      const auto path = target.find_first_of("/?", scheme + 3);
      target = path == target.npos ? std::string_view{"/"} : target.substr(path);
    }
  }
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (request.path.empty()) request.path = "/";
  request.query = question == target.npos ? std::string_view{} : target.substr(question + 1);
}

std::string choose_request_id(std::string_view proposed) {
  return is_fit_for_logs(proposed) ? std::string(proposed) : next_request_id();
}

}  // namespace bot::http
