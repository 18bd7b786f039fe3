#include "tests/fakes/client/loopback_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/text.hpp"

namespace bot::client {
namespace {

std::size_t body_length(const std::string& head) {
  const auto lower = to_lower(head);
  const auto at = lower.find("content-length:");
  if (at == std::string::npos) return 0;
  const auto end = lower.find("\r\n", at);
  const auto value = parse_int(trim(std::string_view(lower).substr(at + 15, end - at - 15)));
  return static_cast<std::size_t>(value.value_or(0));
}

// Takes the first whole request out of `pending`; nullopt when more must be read.
std::optional<std::string> take_request(std::string& pending) {
  const auto end = pending.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  const auto size = end + 4 + body_length(pending.substr(0, end + 2));
  if (pending.size() < size) return std::nullopt;
  auto request = pending.substr(0, size);
  pending.erase(0, size);
  return request;
}

// The first byte of a TLS handshake.
bool is_tls(const std::string& bytes) {
  return bytes.starts_with('\x16');
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

LoopbackServer::LoopbackServer() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || bind(listener_, generic, size) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("no loopback listener");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

LoopbackServer::~LoopbackServer() {
  stopping_ = true;
  thread_.join();
  close(listener_);
}

std::string LoopbackServer::http(int status,
                                 const std::string& body,
                                 const std::string& type,
                                 const std::string& more_headers) {
  return "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more_headers + "\r\n" +
         body;
}

void LoopbackServer::script(Answer answer) {
  const std::lock_guard lock(mutex_);
  answers_.push_back(std::move(answer));
}

std::string LoopbackServer::origin() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

std::vector<std::string> LoopbackServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

bool LoopbackServer::wait_readable(int socket) const {
  while (!stopping_) {
    pollfd watched{.fd = socket, .events = POLLIN, .revents = 0};
    if (poll(&watched, 1, 20) > 0) return true;
  }
  return false;
}

void LoopbackServer::run() {
  while (wait_readable(listener_)) {
    const int socket = accept(listener_, nullptr, nullptr);
    if (socket < 0) continue;
    ++connections_;
    serve(socket);
    close(socket);
  }
}

void LoopbackServer::serve(int socket) {
  std::string pending;
  std::array<char, std::size_t{16} * 1024> chunk{};
  while (wait_readable(socket)) {
    const auto got = recv(socket, chunk.data(), chunk.size(), 0);
    if (got <= 0) return;
    pending.append(chunk.data(), static_cast<std::size_t>(got));
    if (is_tls(pending)) return send_all(socket, http(400, "this is plain HTTP", "text/plain"));
    while (auto request = take_request(pending)) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(*request));
      }
      if (!respond(socket)) return;
    }
  }
}

bool LoopbackServer::respond(int socket) {
  Answer answer{.bytes = http(200, "{}")};
  {
    const std::lock_guard lock(mutex_);
    if (!answers_.empty()) {
      answer = std::move(answers_.front());
      answers_.pop_front();
    }
  }
  send_all(socket, answer.bytes);
  if (answer.then == Then::hang) wait_readable(socket);
  return answer.then == Then::keep_open;
}

}  // namespace bot::client
