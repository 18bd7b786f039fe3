#include "tests/fakes/bots/callback_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace bot::bots {

namespace {

std::string http(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/json\r\n" +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// One whole request out of `buffered`, or empty.
std::string take_request(std::string& buffered) {
  const auto head_end = buffered.find("\r\n\r\n");
  if (head_end == std::string::npos) return "";
  std::size_t length = 0;
  const auto at = buffered.find("Content-Length: ");
  if (at != std::string::npos && at < head_end) length = std::stoul(buffered.substr(at + 16));
  if (buffered.size() < head_end + 4 + length) return "";
  std::string request = buffered.substr(0, head_end + 4 + length);
  buffered.erase(0, request.size());
  return request;
}

}  // namespace

CallbackServer::CallbackServer() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("no loopback port");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

CallbackServer::~CallbackServer() {
  stopping_ = true;
  changed_.notify_all();
  acceptor_.join();
  for (auto& connection : connections_)
    connection.join();
  ::close(listener_);
}

std::string CallbackServer::origin() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

void CallbackServer::command(std::string json) {
  const std::scoped_lock lock(mutex_);
  commands_.push_back(std::move(json));
  changed_.notify_all();
}

void CallbackServer::close_session() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

bool CallbackServer::wait_for(const std::string& word, const std::string& text) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(10), [&] {
    return std::any_of(callbacks_.begin(), callbacks_.end(), [&](const auto& callback) {
      return callback.first == word && callback.second.find(text) != std::string::npos;
    });
  });
}

bool CallbackServer::has(const std::string& word) const {
  const std::scoped_lock lock(mutex_);
  return std::any_of(callbacks_.begin(), callbacks_.end(), [&](const auto& callback) {
    return callback.first == word;
  });
}

std::vector<std::string> CallbackServer::statuses() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> found;
  for (const auto& [word, body] : callbacks_) {
    if (word == "status_change") found.push_back(nlohmann::json::parse(body).at("status"));
  }
  return found;
}

void CallbackServer::accept_all() {
  while (!stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, 20) <= 0) continue;
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket >= 0) connections_.emplace_back([this, socket] { serve(socket); });
  }
}

void CallbackServer::serve(int socket) {
  std::string buffered;
  while (!stopping_) {
    const std::string request = take_request(buffered);
    if (!request.empty()) {
      const auto line_end = request.find(" HTTP/1.1");
      const auto target_at = request.find(' ') + 1;
      const std::string reply = answer(request.substr(target_at, line_end - target_at),
                                       request.substr(request.find("\r\n\r\n") + 4));
      if (::send(socket, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) break;
      continue;
    }
    pollfd waiting{socket, POLLIN, 0};
    if (::poll(&waiting, 1, 20) <= 0) continue;
    char chunk[4096];
    const auto got = ::recv(socket, chunk, sizeof chunk, 0);
    if (got <= 0) break;
    buffered.append(chunk, static_cast<std::size_t>(got));
  }
  ::close(socket);
}

std::string CallbackServer::next_commands() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(
      lock, std::chrono::seconds(2), [this] { return stopping_ || closed_ || !commands_.empty(); });
  if (closed_) return http(404, "{}");
  std::string list;
  while (!commands_.empty()) {
    list += (list.empty() ? "" : ",") + commands_.front();
    commands_.pop_front();
  }
  return http(200, "{\"commands\":[" + list + "]}");
}

std::string CallbackServer::answer(const std::string& target, const std::string& body) {
  const std::string base = "/bots/internal/callback/s3cret/";
  if (!target.starts_with(base)) return http(404, "{}");
  const std::string word = target.substr(base.size(), target.find('?') - base.size());
  if (word == "commands") return next_commands();
  const std::scoped_lock lock(mutex_);
  if (closed_) return http(404, "{}");
  callbacks_.emplace_back(word, body);
  changed_.notify_all();
  return http(200, "{}");
}

}  // namespace bot::bots
