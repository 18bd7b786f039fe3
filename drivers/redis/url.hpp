#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace bot::redis {

// Where a Redis server is and who asks.
struct Address {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  std::string user = {};  // empty: the default one
  std::string password = {};
  std::int64_t database = 0;

  std::string host_and_port() const;
  bool operator==(const Address&) const = default;
};

// redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], percent-encoded. rediss:// is refused with a
// sentence: the client library has no TLS. Errors: invalid_argument, never showing the password.
Result<Address> parse_url(std::string_view url);

}  // namespace bot::redis
