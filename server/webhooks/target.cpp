#include "server/webhooks/target.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace bot::webhooks {

namespace {

constexpr std::size_t longest_url = 2048;

Error refused(std::string why, std::string hint = {}) {
  return Error{.code = Errc::invalid_argument, .message = std::move(why), .hint = std::move(hint)};
}

Error private_target() {
  return refused("the webhook's address is private or local to the server",
                 "use a public address, or have the server run with --allow-private-targets");
}

struct Block4 {
  std::uint32_t network;
  int bits;
};

constexpr std::uint32_t ip4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

// IANA's special-purpose registry: all that is not globally reachable.
constexpr std::array<Block4, 16> refused_blocks{{
    {ip4(0, 0, 0, 0), 8},
    {ip4(10, 0, 0, 0), 8},
    {ip4(100, 64, 0, 0), 10},
    {ip4(127, 0, 0, 0), 8},
    {ip4(169, 254, 0, 0), 16},
    {ip4(172, 16, 0, 0), 12},
    {ip4(192, 0, 0, 0), 24},
    {ip4(192, 0, 2, 0), 24},
    {ip4(192, 31, 196, 0), 24},
    {ip4(192, 88, 99, 0), 24},
    {ip4(192, 168, 0, 0), 16},
    {ip4(198, 18, 0, 0), 15},
    {ip4(198, 51, 100, 0), 24},
    {ip4(203, 0, 113, 0), 24},
    {ip4(224, 0, 0, 0), 4},
    {ip4(240, 0, 0, 0), 4},
}};

bool is_private4(std::uint32_t address) {
  return std::any_of(refused_blocks.begin(), refused_blocks.end(), [address](const Block4& block) {
    const std::uint32_t mask = ~std::uint32_t{0} << (32 - block.bits);
    return (address & mask) == block.network;
  });
}

using Bytes6 = std::array<std::uint8_t, 16>;

struct Block6 {
  Bytes6 network;
  int bits;
};

bool in_block(const Bytes6& address, const Block6& block) {
  for (int bit = 0; bit < block.bits; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if ((address[byte] & mask) != (block.network[byte] & mask)) return false;
  }
  return true;
}

std::uint32_t ip4_at(const Bytes6& address, std::size_t offset) {
  return ip4(address[offset], address[offset + 1], address[offset + 2], address[offset + 3]);
}

bool is_private6(const Bytes6& address) {
  // IPv4 inside IPv6, where a router or the kernel would unpack it: mapped, compatible, NAT64,
  // 6to4.
  constexpr Block6 mapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
  constexpr Block6 nat64{{0, 0x64, 0xff, 0x9b}, 96};
  constexpr Block6 six_to_four{{0x20, 0x02}, 16};
  constexpr Block6 compatible{{}, 96};
  if (in_block(address, mapped) || in_block(address, nat64) || in_block(address, compatible)) {
    return in_block(address, compatible) || is_private4(ip4_at(address, 12));
  }
  if (in_block(address, six_to_four)) return is_private4(ip4_at(address, 2));
  // Only 2000::/3 is given out; of it Teredo, benchmarking, ORCHID and documentation are not hosts.
  constexpr Block6 global{{0x20}, 3};
  constexpr std::array<Block6, 3> refused6{{
      {{0x20, 0x01, 0x00}, 23},
      {{0x20, 0x01, 0x0d, 0xb8}, 32},
      {{0x3f, 0xff}, 20},
  }};
  return !in_block(address, global) ||
         std::any_of(refused6.begin(), refused6.end(), [&](const Block6& block) {
           return in_block(address, block);
         });
}

bool is_address(const std::string& host) {
  in_addr four{};
  in6_addr six{};
  return ::inet_pton(AF_INET, host.c_str(), &four) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &six) == 1;
}

// Names that never leave a machine or a network, whatever a resolver says.
bool is_local_name(const std::string& host) {
  constexpr std::array<std::string_view, 6> endings{
      "localhost", "local", "internal", "intranet", "home.arpa", "lan"};
  return std::any_of(endings.begin(), endings.end(), [&host](std::string_view ending) {
    return host == ending || host.ends_with("." + std::string(ending));
  });
}

// Digits and dots, hex: forms that inet_aton and some resolvers take for an address ("127.1",
// "0x7f000001", "2130706433"). Nobody needs them.
bool looks_like_odd_number(const std::string& host) {
  const auto last_dot = host.rfind('.');
  const std::string last = last_dot == std::string::npos ? host : host.substr(last_dot + 1);
  if (last.empty()) return true;
  return last.starts_with("0x") || last.find_first_not_of("0123456789") == std::string::npos;
}

bool is_name(const std::string& host) {
  if (host.empty() || host.size() > 253) return false;
  return std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

Result<std::uint16_t> read_port(std::string_view text, Target::Scheme scheme) {
  if (text.empty()) return static_cast<std::uint16_t>(scheme == Target::Scheme::https ? 443 : 80);
  const auto port = parse_int(text);
  if (!port || *port < 1 || *port > 65535) return refused("the webhook URL has no valid port");
  return static_cast<std::uint16_t>(*port);
}

// "host:port", "[v6]:port".
Result<Target> read_authority(std::string_view authority, Target::Scheme scheme) {
  Target target{scheme, {}, 0};
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return refused("the webhook URL has no valid host");
    target.host = to_lower(authority.substr(1, close - 1));
    in6_addr six{};
    if (::inet_pton(AF_INET6, target.host.c_str(), &six) != 1) {
      return refused("the webhook URL has no valid host");
    }
    const auto rest = authority.substr(close + 1);
    if (!rest.empty() && !rest.starts_with(':'))
      return refused("the webhook URL has no valid host");
    port = rest.empty() ? rest : rest.substr(1);
  } else {
    const auto colon = authority.find(':');
    target.host = to_lower(authority.substr(0, colon));
    if (target.host.ends_with('.')) target.host.pop_back();
    if (colon != std::string_view::npos) port = authority.substr(colon + 1);
    if (!is_name(target.host)) return refused("the webhook URL has no valid host");
  }
  auto number = read_port(port, scheme);
  if (!number) return std::move(number).error();
  target.port = *number;
  return target;
}

Result<Target> parse_target(std::string_view url) {
  if (url.size() > longest_url) return refused("the webhook URL is longer than 2048 bytes");
  if (has_control_characters(url) || url.find(' ') != std::string_view::npos ||
      url.find('\\') != std::string_view::npos) {
    return refused("the webhook URL holds characters that no URL may");
  }
  const auto separator = url.find("://");
  const std::string scheme = to_lower(url.substr(0, separator));
  if (separator == std::string_view::npos || (scheme != "http" && scheme != "https")) {
    return refused("invalid or missing URL scheme", "begin the URL with https:// or http://");
  }
  const auto rest = url.substr(separator + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) {
    return refused("the webhook URL must not hold a user name or password");
  }
  return read_authority(authority,
                        scheme == "https" ? Target::Scheme::https : Target::Scheme::http);
}

}  // namespace

std::string address_text(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.sa_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &address, sizeof four);
    ::inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
  } else if (address.sa_family == AF_INET6) {
    sockaddr_in6 six{};
    std::memcpy(&six, &address, sizeof six);
    ::inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

bool is_private_address(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));
  in_addr four{};
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1) return is_private4(ntohl(four.s_addr));
  Bytes6 six{};
  if (::inet_pton(AF_INET6, text.c_str(), six.data()) == 1) return is_private6(six);
  return true;
}

Result<Target> validate_webhook_url(std::string_view url, PrivateTargets policy) {
  auto target = parse_target(url);
  if (!target || policy == PrivateTargets::allowed) return target;
  const bool literal = is_address(target->host);
  if (literal ? is_private_address(target->host)
              : is_local_name(target->host) || looks_like_odd_number(target->host)) {
    return private_target();
  }
  return target;
}

Result<std::vector<std::string>> resolve_target(const Target& target, PrivateTargets policy) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(target.host.c_str(), nullptr, &wanted, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);
  if (failed != 0) {
    return Error{.code = Errc::unreachable,
                 .message = "the webhook's host " + target.host +
                            " has no address: " + ::gai_strerror(failed)};
  }
  std::vector<std::string> addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
    addresses.push_back(address_text(*each->ai_addr));
    if (policy == PrivateTargets::refused && is_private_address(addresses.back())) {
      return Error{.code = Errc::forbidden,
                   .message = "the webhook's host " + target.host +
                              " has an address that is private or local to the server"};
    }
  }
  if (addresses.empty()) {
    return Error{.code = Errc::unreachable,
                 .message = "the webhook's host " + target.host + " has no address"};
  }
  return addresses;
}

}  // namespace bot::webhooks
