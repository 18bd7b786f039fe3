#include "tests/fakes/drivers/cut_link.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace bot {
namespace {

const std::string host = "127.0.0.1:";

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

sockaddr* generic(sockaddr_in& address) {
  return static_cast<sockaddr*>(static_cast<void*>(&address));
}

bool send_all(int socket, const char* bytes, std::size_t size) {
  while (size > 0) {
    const auto sent = ::send(socket, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

CutLink::CutLink(std::uint16_t to) : to_(to) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, generic(address), size) != 0 || ::listen(listener_, SOMAXCONN) != 0 ||
      ::getsockname(listener_, generic(address), &size) != 0)
    throw std::runtime_error("no port for the link");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

CutLink::~CutLink() {
  ending_ = true;
  wake();
  thread_.join();
  while (!pairs_.empty())
    close_pair(0);
  ::close(listener_);
  ::close(wake_);
}

void CutLink::cut() {
  cut_ = true;
  wake();
}

void CutLink::heal() {
  cut_ = false;
  wake();
}

void CutLink::wake() const {
  const std::uint64_t one = 1;
  if (::write(wake_, &one, sizeof one) != sizeof one)
    throw std::runtime_error("the link cannot be woken");
}

void CutLink::run() {
  while (!ending_) {
    std::vector<pollfd> watched = {{wake_, POLLIN, 0}};
    const auto known = cut_ ? 0 : pairs_.size();
    if (!cut_) watched.push_back({listener_, POLLIN, 0});
    for (std::size_t i = 0; i < known; ++i) {
      watched.push_back({pairs_[i].client, POLLIN, 0});
      watched.push_back({pairs_[i].server, POLLIN, 0});
    }
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    std::uint64_t woken = 0;
    if (watched[0].revents != 0 && ::read(wake_, &woken, sizeof woken) > 0) continue;
    for (std::size_t i = known; i-- > 0;) {
      const bool from_client = watched[2 + 2 * i].revents != 0;
      const bool from_server = watched[3 + 2 * i].revents != 0;
      if ((from_client && !forward(pairs_[i].client, pairs_[i].server)) ||
          (from_server && !forward(pairs_[i].server, pairs_[i].client)))
        close_pair(i);
    }
    if (watched.size() > 1 && watched[1].revents != 0) accept_one();
  }
}

bool CutLink::forward(int from, int to) {
  std::array<char, 65536> bytes{};
  const auto got = ::recv(from, bytes.data(), bytes.size(), 0);
  return got > 0 && send_all(to, bytes.data(), static_cast<std::size_t>(got));
}

void CutLink::accept_one() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(to_);
  if (::connect(server, generic(address), sizeof address) != 0) {
    ::close(client);
    ::close(server);
    return;
  }
  pairs_.push_back({client, server});
}

void CutLink::close_pair(std::size_t index) {
  ::close(pairs_[index].client);
  ::close(pairs_[index].server);
  pairs_.erase(pairs_.begin() + static_cast<std::ptrdiff_t>(index));
}

std::uint16_t port_of(const std::string& url) {
  const auto at = url.find(host);
  if (at == std::string::npos) throw std::runtime_error("the URL names no port of 127.0.0.1");
  return static_cast<std::uint16_t>(std::stoi(url.substr(at + host.size())));
}

std::string with_port(const std::string& url, std::uint16_t port) {
  const auto old = std::to_string(port_of(url));
  auto changed = url;
  return changed.replace(changed.find(host) + host.size(), old.size(), std::to_string(port));
}

}  // namespace bot
