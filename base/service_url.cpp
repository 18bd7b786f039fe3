#include "base/service_url.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"

namespace bot {
namespace {

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Where passwords stand, from left to right. Whatever is before the last @ may belong to one: it
// is better to hide too much.
std::vector<Span> passwords_in(std::string_view url) {
  std::vector<Span> found;
  const auto scheme = url.find("://");
  const auto authority = scheme == url.npos ? 0 : scheme + 3;
  const auto at = url.rfind('@');
  const bool has_user = at != url.npos && at >= authority;
  if (has_user) {
    const auto colon = url.find(':', authority);
    if (colon < at && at > colon + 1) found.push_back({colon + 1, at});
  }
  static constexpr std::array<std::string_view, 2> secret = {"password", "sslpassword"};
  for (auto next = url.find('?', has_user ? at : authority); next < url.size();) {
    const auto begin = next + 1;
    next = std::min(url.find('&', begin), url.size());
    const auto equals = url.find('=', begin);
    if (equals >= next) continue;
    const auto written = url.substr(begin, equals - begin);
    const auto name = percent_decode(written).value_or(std::string(written));
    if (std::find(secret.begin(), secret.end(), name) != secret.end() && next > equals + 1)
      found.push_back({equals + 1, next});
  }
  return found;
}

}  // namespace

Status check_service_url(std::string_view url, std::initializer_list<std::string_view> schemes) {
  std::vector<std::string> shown;
  for (const auto scheme : schemes) {
    const auto start = std::string(scheme) + "://";
    if (url.starts_with(start)) return Unit{};
    shown.push_back(start);
  }
  return Error{.code = Errc::invalid_argument,
               .message = "the URL does not begin with " + join(shown, " or ")};
}

bool has_password(std::string_view url) {
  return !passwords_in(url).empty();
}

std::string without_password(std::string_view url) {
  std::string shown;
  std::size_t from = 0;
  for (const auto& [begin, end] : passwords_in(url)) {
    shown.append(url.substr(from, begin - from)).append("...");
    from = end;
  }
  return shown.append(url.substr(from));
}

}  // namespace bot
