#include "client/http/origin.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace bot::client {
namespace {

constexpr std::string_view form = "write it as http://HOST:PORT or https://HOST";

std::uint16_t default_port(Origin::Scheme scheme) {
  return scheme == Origin::Scheme::https ? 443 : 80;
}

Error bad(std::string_view text, const std::string& why) {
  const auto shown = text.substr(0, text.find_first_of("?#"));  // a query may hold a key
  return Error{.code = Errc::invalid_argument,
               .message = "the server URL " + escape_for_terminal(shown) + " " + why,
               .hint = std::string(form)};
}

// Said without the text: what stands before the @ is a secret.
Error with_credentials() {
  return Error{.code = Errc::invalid_argument,
               .message = "the server URL holds a user name or password",
               .hint = "give keys in BOTCTL_API_KEY and BOTCTL_ADMIN_KEY instead"};
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_ipv6_character(char c) {
  return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.' || c == '%';
}

// "[::1]:80" or "host:80" in its two parts, the port with its colon.
std::optional<std::pair<std::string, std::string_view>> split_authority(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == text.npos) return std::nullopt;
    auto host = to_lower(text.substr(1, end - 1));
    const bool ipv6 =
        host.find(':') != host.npos && std::all_of(host.begin(), host.end(), is_ipv6_character);
    if (!ipv6) return std::nullopt;
    return std::pair(std::move(host), text.substr(end + 1));
  }
  const auto colon = text.find(':');
  auto host = to_lower(text.substr(0, colon));
  if (!std::all_of(host.begin(), host.end(), is_host_character)) return std::nullopt;
  return std::pair(std::move(host), colon == text.npos ? std::string_view{} : text.substr(colon));
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  const auto number = text.starts_with(':') ? parse_int(text.substr(1)) : std::nullopt;
  if (!number || *number < 1 || *number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

bool is_ipv4_loopback(const std::string& host) {
  const auto parts = split(host, '.');
  return parts.size() == 4 && parts[0] == "127" &&
         std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           const auto number = parse_int(part);
           return number && *number >= 0 && *number <= 255;
         });
}

}  // namespace

std::string Origin::host_and_port() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Origin::text() const {
  return (scheme == Scheme::https ? "https://" : "http://") + host_and_port() + prefix;
}

bool Origin::is_loopback() const {
  return host == "localhost" || host.ends_with(".localhost") || host == "::1" ||
         is_ipv4_loopback(host);
}

Result<Origin> parse_origin(std::string_view text) {
  const auto mark = text.find("://");
  if (mark == text.npos) return bad(text, "has no scheme");
  const auto scheme = to_lower(text.substr(0, mark));
  auto rest = text.substr(mark + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != authority.npos) return with_credentials();
  if (scheme != "http" && scheme != "https") return bad(text, "is neither http nor https");
  if (rest.find_first_of("?#") != rest.npos) return bad(text, "has a query or fragment");
  if (has_control_characters(rest) || rest.find(' ') != rest.npos) {
    return bad(text, "holds a space or control character");
  }

  Origin origin;
  origin.scheme = scheme == "https" ? Origin::Scheme::https : Origin::Scheme::http;
  origin.port = default_port(origin.scheme);
  auto parts = split_authority(authority);
  if (!parts || parts->first.empty()) return bad(text, "names no host");
  origin.host = std::move(parts->first);
  if (!parts->second.empty()) {
    const auto port = port_of(parts->second);
    if (!port) return bad(text, "has a bad port");
    origin.port = *port;
  }
  rest.remove_prefix(authority.size());
  while (rest.ends_with('/'))
    rest.remove_suffix(1);
  origin.prefix = std::string(rest);
  return origin;
}

}  // namespace bot::client
