#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace bot::app {

// HOST:PORT as an operator writes it, an IPv6 address in brackets; port 0: the kernel chooses.
struct ListenAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
};

// Errors: invalid_argument with the form that is expected.
Result<ListenAddress> parse_listen_address(const std::string& text);
std::string to_string(const ListenAddress& address);

// Whether it stands for all addresses of the machine.
bool is_any_host(const std::string& host);

}  // namespace bot::app
