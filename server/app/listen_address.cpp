#include "server/app/listen_address.hpp"

#include "base/text.hpp"

namespace bot::app {

Result<ListenAddress> parse_listen_address(const std::string& text) {
  const auto colon = text.rfind(':');
  const auto port = colon == text.npos ? std::nullopt : parse_int(text.substr(colon + 1));
  if (!port || colon == 0 || *port < 0 || *port > 65'535) {
    return Error{.code = Errc::invalid_argument,
                 .message = "'" + text + "' is not HOST:PORT",
                 .hint = "for example 127.0.0.1:8056"};
  }
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return ListenAddress{.host = host, .port = static_cast<std::uint16_t>(*port)};
}

std::string to_string(const ListenAddress& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

bool is_any_host(const std::string& host) {
  return host == "0.0.0.0" || host == "::";
}

}  // namespace bot::app
