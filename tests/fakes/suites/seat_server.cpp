#include "tests/fakes/suites/seat_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "base/text.hpp"
#include "suites/race/gate.hpp"
#include "tests/fakes/client/certificate.hpp"

namespace bot::suites {

namespace {

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(what);
}

}  // namespace

class SeatServer::Tls {
 public:
  Tls() : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
    certificate_.install(context_.get());
  }

  const std::string& file() const { return certificate_.file(); }
  SSL* open(int socket) const {
    auto* ssl = SSL_new(context_.get());
    SSL_set_fd(ssl, socket);
    if (SSL_accept(ssl) == 1) return ssl;
    SSL_free(ssl);
    return nullptr;
  }

 private:
  client::Certificate certificate_{"IP:127.0.0.1"};
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
};

SeatServer::SeatServer(std::size_t seats, Care care, Speech speech, Connections connections)
    : seats_(seats), care_(care), connections_(connections) {
  if (speech == Speech::tls) {
    // OpenSSL writes to its socket without MSG_NOSIGNAL; a client that has left is no reason to
    // end.
    std::signal(SIGPIPE, SIG_IGN);
    tls_ = std::make_unique<Tls>();
    ca_file_ = tls_->file();
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  require(::bind(listener_, generic, size) == 0 && ::listen(listener_, 256) == 0, "listen");
  ::getsockname(listener_, generic, &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_all(); });
}

SeatServer::~SeatServer() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : open_)
      ::shutdown(socket, SHUT_RDWR);
  }
  threads_.clear();
  ::close(listener_);
}

std::string SeatServer::origin() const {
  return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
}

std::vector<std::int64_t> SeatServer::arrivals() const {
  const std::lock_guard lock(mutex_);
  return arrivals_;
}

void SeatServer::accept_all() {
  while (!stopping_) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    const std::lock_guard lock(mutex_);
    open_.insert(socket);
    threads_.emplace_back([this, socket] { serve(socket); });
  }
}

void SeatServer::serve(int socket) {
  SSL* ssl = tls_ ? tls_->open(socket) : nullptr;
  std::string pending;
  std::array<char, 4096> buffer{};
  while (!tls_ || ssl != nullptr) {
    const auto end = pending.find("\r\n\r\n");
    const auto length_at = pending.find("Content-Length: ");
    std::size_t body = 0;
    if (length_at < end)
      body = static_cast<std::size_t>(std::atoi(pending.c_str() + length_at + 16));
    if (end != std::string::npos && pending.size() >= end + 4 + body) {
      const auto answer = answer_to(pending.substr(0, end));
      pending.erase(0, end + 4 + body);
      const auto size = static_cast<int>(answer.size());
      if (ssl != nullptr) {
        SSL_write(ssl, answer.data(), size);
      } else {
        ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
      }
      if (connections_ == Connections::closed_after_each) break;
      continue;
    }
    const auto got = ssl != nullptr
                         ? SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()))
                         : static_cast<int>(::recv(socket, buffer.data(), buffer.size(), 0));
    if (got <= 0) break;
    pending.append(buffer.data(), static_cast<std::size_t>(got));
  }
  if (ssl != nullptr) SSL_free(ssl);
  const std::lock_guard lock(mutex_);
  open_.erase(socket);
  ::close(socket);
}

std::string SeatServer::answer_to(const std::string& head) {
  int status = 200;
  if (head.starts_with("POST ")) status = take_seat() ? 201 : 429;
  const std::string body = status == 429 ? R"({"detail":"Maximum concurrent bots limit reached"})"
                                         : R"({"id":1,"status":"ok"})";
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) +
         (connections_ == Connections::closed_after_each ? "\r\nConnection: close" : "") +
         "\r\n\r\n" + body;
}

bool SeatServer::take_seat() {
  std::unique_lock lock(mutex_);
  arrivals_.push_back(race::monotonic_us());
  const bool free = taken_ < seats_;
  if (free && care_ == Care::racy) {
    ++looking_;
    looked_.notify_all();
    looked_.wait_for(lock, std::chrono::milliseconds(100), [this] { return looking_ > seats_; });
  }
  if (free) ++taken_;
  return free;
}

}  // namespace bot::suites
