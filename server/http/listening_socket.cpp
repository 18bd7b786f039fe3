#include "server/http/listening_socket.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace bot::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Tcp = asio::ip::tcp;

std::string address_of(const std::string& host, std::uint16_t port) {
  const bool bare_v6 = host.find(':') != std::string::npos;
  return (bare_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Error cannot_listen(const std::string& host, std::uint16_t port, const error_code& why) {
  Error error{.code = Errc::unavailable,
              .message = "cannot listen on " + address_of(host, port) + ": " + why.message()};
  if (why == asio::error::address_in_use) {
    error.hint = "another process has this port; choose another or stop that one";
  } else if (why == asio::error::access_denied) {
    error.hint = "ports below 1024 need a privilege; choose a higher one";
  } else {
    error.hint = "check the host: it must be an address of this machine";
  }
  return error;
}

Tcp::endpoint resolve(asio::io_context& context,
                      const std::string& host,
                      std::uint16_t port,
                      error_code& why) {
  const auto address = asio::ip::make_address(host, why);
  if (!why) return {address, port};
  why.clear();
  Tcp::resolver resolver(context);
  const auto found =
      resolver.resolve(host, std::to_string(port), Tcp::resolver::address_configured, why);
  return why ? Tcp::endpoint{} : found.begin()->endpoint();
}

}  // namespace

Result<ListeningSocket> ListeningSocket::open(const std::string& host, std::uint16_t port) {
  asio::io_context context;
  Tcp::acceptor acceptor(context);
  error_code why;
  const auto endpoint = resolve(context, host, port, why);
  if (!why) acceptor.open(endpoint.protocol(), why);
  if (!why) ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  if (!why) acceptor.set_option(Tcp::acceptor::reuse_address(true), why);
  if (!why) acceptor.bind(endpoint, why);
  if (!why) acceptor.listen(asio::socket_base::max_listen_connections, why);
  const auto bound = why ? Tcp::endpoint{} : acceptor.local_endpoint(why);
  const int descriptor = why ? -1 : acceptor.release(why);
  if (why) return cannot_listen(host, port, why);
  return ListeningSocket(descriptor, bound.address().is_v6(), bound.port());
}

ListeningSocket::~ListeningSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace bot::http
