#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace bot::client {

// Where a server is: scheme, host, port, and the path in front of every target.
struct Origin {
  enum class Scheme { http, https };

  Scheme scheme = Scheme::http;
  std::string host;  // lower case; an IPv6 address without brackets
  std::uint16_t port = 80;
  std::string prefix;  // empty, or "/…" without a final slash

  std::string host_and_port() const;  // "[::1]:8056"
  std::string text() const;           // "http://[::1]:8056/prefix"
  // localhost, names under it, 127.0.0.0/8 and ::1.
  bool is_loopback() const;

  bool operator==(const Origin&) const = default;
};

// "http://host:port/prefix"; the port may be left out. Errors: invalid_argument for another scheme,
// a missing host, a user or password (a secret does not belong into a URL), a query or fragment.
Result<Origin> parse_origin(std::string_view text);

// May keys go to that origin over plain http when it is not loopback?
enum class CleartextKeys { refused, allowed };

}  // namespace bot::client
