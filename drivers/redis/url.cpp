#include "drivers/redis/url.hpp"

#include "base/text.hpp"

namespace bot::redis {
namespace {

Error wrong(const std::string& message) {
  return {.code = Errc::invalid_argument,
          .message = message,
          .hint = "write it as redis://HOST:PORT/DATABASE"};
}

Status read_user(std::string_view text, Address& address) {
  const auto colon = text.find(':');
  const auto user = percent_decode(text.substr(0, colon));
  const auto password =
      percent_decode(colon == text.npos ? std::string_view() : text.substr(colon + 1));
  if (!user || !password) return wrong("the user or password of the Redis URL has a bad % escape");
  address.user = *user;
  address.password = *password;
  return Unit{};
}

Status read_host(std::string_view text, Address& address) {
  const auto bracket = text.rfind(']');
  const auto colon = text.find(':', bracket == text.npos ? 0 : bracket);
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return wrong("the Redis URL names no host");
  address.host = host;
  if (colon == text.npos) return Unit{};
  const auto port = parse_int(text.substr(colon + 1));
  if (!port || *port < 1 || *port > 65'535) return wrong("the Redis URL has a bad port");
  address.port = static_cast<std::uint16_t>(*port);
  return Unit{};
}

}  // namespace

std::string Address::host_and_port() const {
  const bool v6 = host.find(':') != host.npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Address> parse_url(std::string_view url) {
  constexpr std::string_view scheme = "redis://";
  if (url.starts_with("rediss://")) {
    return Error{.code = Errc::invalid_argument,
                 .message = "rediss:// is not supported: the Redis client library has no TLS",
                 .hint = "use redis:// over loopback or through a tunnel such as stunnel"};
  }
  if (!url.starts_with(scheme)) return wrong("the Redis URL does not begin with redis://");
  url.remove_prefix(scheme.size());
  if (url.find_first_of("?#") != url.npos) return wrong("the Redis URL has a query or fragment");
  Address address;
  const auto slash = url.find('/', url.rfind('@') == url.npos ? 0 : url.rfind('@'));
  const auto authority = url.substr(0, slash);
  const auto path = slash == url.npos ? std::string_view() : url.substr(slash + 1);
  const auto at = authority.rfind('@');
  if (at != authority.npos) {
    if (auto read = read_user(authority.substr(0, at), address); !read)
      return std::move(read).error();
  }
  const auto host = at == authority.npos ? authority : authority.substr(at + 1);
  if (auto read = read_host(host, address); !read) return std::move(read).error();
  if (path.empty()) return address;
  const auto database = parse_int(path);
  if (!database || *database < 0 || *database > 1'000'000)
    return wrong("the Redis URL's database is not a number");
  address.database = *database;
  return address;
}

}  // namespace bot::redis
