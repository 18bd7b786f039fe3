#include "suites/race/socket.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace bot::suites::race {

namespace {

Error unreachable(const std::string& what, int error) {
  return Error{.code = Errc::unreachable,
               .message = what + ": " + std::generic_category().message(error)};
}

// Between two looks at whether the run was cancelled.
constexpr std::int64_t slice_ms = 100;

int milliseconds_until(const Deadline& deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline.at - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count() + 1, 0, slice_ms));
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

Result<Socket> connect_to(const addrinfo& address,
                          const std::string& name,
                          const Deadline& deadline) {
  Socket socket(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.descriptor() < 0) return unreachable("no socket for " + name, errno);
  const int on = 1;
  setsockopt(socket.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket.descriptor(), address.ai_addr, address.ai_addrlen) == 0) return socket;
  if (errno != EINPROGRESS) return unreachable("cannot connect to " + name, errno);
  if (auto ready = wait_for(socket.descriptor(), Readiness::write, deadline); !ready) {
    return std::move(ready).error();
  }
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return unreachable("cannot connect to " + name, error);
  return socket;
}

}  // namespace

Socket::~Socket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<Socket> open_socket(const client::Origin& origin, const Deadline& deadline) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto port = std::to_string(origin.port);
  if (const int error = getaddrinfo(origin.host.c_str(), port.c_str(), &wanted, &found);
      error != 0) {
    return Error{.code = Errc::unreachable,
                 .message = "cannot resolve " + origin.host + ": " + gai_strerror(error)};
  }
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
  Error last{.code = Errc::unreachable, .message = origin.host + " has no address"};
  for (const auto* address = found; address != nullptr; address = address->ai_next) {
    auto socket = connect_to(*address, origin.host_and_port(), deadline);
    if (socket) return socket;
    last = std::move(socket).error();
  }
  return last;
}

Status wait_for(int descriptor, Readiness readiness, const Deadline& deadline) {
  pollfd polled{.fd = descriptor,
                .events = static_cast<short>(readiness == Readiness::read ? POLLIN : POLLOUT),
                .revents = 0};
  for (;;) {
    const int ready = ::poll(&polled, 1, milliseconds_until(deadline));
    if (ready > 0) return Unit{};
    if (ready < 0 && errno != EINTR) return unreachable("poll", errno);
    if (deadline.cancel.stop_requested()) {
      return Error{.code = Errc::cancelled, .message = "interrupted"};
    }
    if (std::chrono::steady_clock::now() >= deadline.at) {
      return Error{.code = Errc::timeout, .message = "no answer before the deadline"};
    }
  }
}

Result<bool> receive_plain(int descriptor, std::string& into) {
  std::array<char, std::size_t{16} * 1024> buffer;
  for (;;) {
    const auto got = ::recv(descriptor, buffer.data(), buffer.size(), 0);
    if (got > 0) {
      into.append(buffer.data(), static_cast<std::size_t>(got));
    } else if (got == 0) {
      return false;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return true;
    } else if (errno != EINTR) {
      return unreachable("the connection broke", errno);
    }
  }
}

Status send_all(const Connection& connection, std::string_view wire, const Deadline& deadline) {
  while (!wire.empty()) {
    const auto sent = ::send(connection.descriptor(), wire.data(), wire.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      wire.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      auto ready = wait_for(connection.descriptor(), Readiness::write, deadline);
      if (!ready) return ready;
    } else if (errno != EINTR) {
      return unreachable("the connection broke", errno);
    }
  }
  return Unit{};
}

Status wait_readable(const Connection& connection, const Deadline& deadline) {
  return wait_for(connection.descriptor(), Readiness::read, deadline);
}

}  // namespace bot::suites::race
