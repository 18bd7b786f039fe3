#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "client/http/origin.hpp"
#include "client/http/transport.hpp"

namespace bot::client {

struct CurlOptions {
  Millis connect_timeout{10'000};
  std::size_t longest_body = std::size_t{64} * 1024 * 1024;
  CleartextKeys cleartext_keys = CleartextKeys::refused;
  std::string ca_file = {};  // PEM bundle; empty: the system's
  std::string ca_path = {};  // hashed directory; empty: the system's
  std::string user_agent = "botclient";
  // Path of a listening socket of this machine to connect to instead of the origin's address.
  std::string unix_socket = {};
  // Asked several times a second during a transfer; true ends it with Errc::cancelled.
  std::function<bool()> cancelled = {};
};

// The real transport. libcurl is loaded when the first request is sent, so that a program that
// sends none does not pay for it. Connections are kept alive and reused. Proxies come from the
// environment but are never used for loopback. A bad origin is told by each send.
std::shared_ptr<Transport> make_curl_transport(const std::string& origin, CurlOptions options = {});

}  // namespace bot::client
