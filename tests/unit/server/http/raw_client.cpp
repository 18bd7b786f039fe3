#include "tests/unit/server/http/raw_client.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/text.hpp"

namespace bot::http {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds usual_patience{10'000};

bool wait_for(int descriptor, short events, std::chrono::milliseconds patience) {
  pollfd waiting{.fd = descriptor, .events = events, .revents = 0};
  return ::poll(&waiting, 1, static_cast<int>(patience.count())) > 0;
}

std::chrono::milliseconds left_until(Clock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
  return std::max(left, std::chrono::milliseconds{0});
}

}  // namespace

std::string_view RawReply::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [name](const auto& header) {
    return iequals(header.first, name);
  });
  return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

RawClient::RawClient(std::uint16_t port, const std::string& host) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  if (descriptor_ >= 0 && ::connect(descriptor_, generic, sizeof address) != 0) {
    ::close(descriptor_);
    descriptor_ = -1;
  }
}

RawClient::~RawClient() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void RawClient::shrink_receive_buffer() const {
  const int size = 4096;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN || !wait_for(descriptor_, POLLOUT, usual_patience)) {
      return false;
    }
  }
  return true;
}

void RawClient::finish_sending() const {
  ::shutdown(descriptor_, SHUT_WR);
}

RawClient::Filled RawClient::fill(std::chrono::milliseconds patience) {
  if (!wait_for(descriptor_, POLLIN, patience)) return Filled::late;
  std::array<char, 65536> bytes{};
  const auto got = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
  if (got <= 0) return Filled::ended;
  buffer_.append(bytes.data(), static_cast<std::size_t>(got));
  return Filled::yes;
}

std::optional<RawReply> RawClient::receive(std::string_view method) {
  const auto end = Clock::now() + usual_patience;
  std::size_t head_end = 0;
  while ((head_end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (fill(left_until(end)) != Filled::yes) return std::nullopt;
  }
  RawReply reply;
  const auto head = buffer_.substr(0, head_end);
  buffer_.erase(0, head_end + 4);
  bool first = true;
  for (const auto line : split(head, '\n')) {
    const auto colon = line.find(':');
    if (first) {
      reply.status = static_cast<int>(parse_int(line.substr(9, 3)).value_or(0));
    } else if (colon != line.npos) {
      reply.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    }
    first = false;
  }
  const auto length =
      static_cast<std::size_t>(parse_int(reply.header("Content-Length")).value_or(0));
  if (method == "HEAD") return reply;
  while (buffer_.size() < length) {
    if (fill(left_until(end)) != Filled::yes) return std::nullopt;
  }
  reply.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  return reply;
}

std::optional<RawReply> RawClient::exchange(std::string_view bytes, std::string_view method) {
  send(bytes);
  return receive(method);
}

bool RawClient::is_closed_within(std::chrono::milliseconds patience) {
  const auto end = Clock::now() + patience;
  for (;;) {
    const auto filled = fill(left_until(end));
    if (filled != Filled::yes) return filled == Filled::ended;
  }
}

std::string RawClient::read_rest() {
  const auto end = Clock::now() + usual_patience;
  while (fill(left_until(end)) == Filled::yes) {
  }
  return std::exchange(buffer_, {});
}

}  // namespace bot::http
