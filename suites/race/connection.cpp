#include "suites/race/connection.hpp"

#include <utility>

#include "suites/race/socket.hpp"

namespace bot::suites::race {

namespace {

class PlainConnection final : public Connection {
 public:
  explicit PlainConnection(Socket socket) : socket_(std::move(socket)) {}

  int descriptor() const override { return socket_.descriptor(); }
  Result<std::string> seal(std::string_view bytes) override { return std::string(bytes); }
  Result<bool> receive(std::string& into) override {
    return receive_plain(socket_.descriptor(), into);
  }

 private:
  Socket socket_;
};

class TlsConnection final : public Connection {
 public:
  TlsConnection(Socket socket,
                std::shared_ptr<client::TlsContext> context,
                const client::Origin& origin)
      : socket_(std::move(socket)), session_(std::move(context), origin) {}

  int descriptor() const override { return socket_.descriptor(); }

  Status shake_hands(const Deadline& deadline) {
    for (;;) {
      auto step = session_.shake_hands();
      if (auto sent = send_all(*this, session_.take_wire(), deadline); step && !sent) return sent;
      if (!step) return std::move(step).error();
      if (*step == client::TlsSession::Handshake::done) return Unit{};
      if (auto ready = wait_readable(*this, deadline); !ready) return ready;
      auto open = pull();
      if (!open) return std::move(open).error();
      if (!*open) {
        return Error{.code = Errc::unreachable, .message = "closed during the TLS handshake"};
      }
    }
  }

  Result<std::string> seal(std::string_view bytes) override {
    if (auto sealed = session_.seal(bytes); !sealed) return std::move(sealed).error();
    return session_.take_wire();
  }

  Result<bool> receive(std::string& into) override {
    auto open = pull();
    if (!open) return open;
    auto more = session_.open(into);
    if (!more) return more;
    return *open && *more;
  }

 private:
  Result<bool> pull() {
    std::string arrived;
    auto open = receive_plain(socket_.descriptor(), arrived);
    session_.feed(arrived);
    return open;
  }

  Socket socket_;
  client::TlsSession session_;
};

}  // namespace

Result<std::unique_ptr<Connection>> connect(const client::Origin& origin,
                                            const std::shared_ptr<client::TlsContext>& tls,
                                            const Deadline& deadline) {
  auto socket = open_socket(origin, deadline);
  if (!socket) return std::move(socket).error();
  std::unique_ptr<Connection> connection;
  if (origin.scheme == client::Origin::Scheme::http) {
    connection = std::make_unique<PlainConnection>(std::move(*socket));
    return connection;
  }
  auto secured = std::make_unique<TlsConnection>(std::move(*socket), tls, origin);
  if (auto shaken = secured->shake_hands(deadline); !shaken) return std::move(shaken).error();
  connection = std::move(secured);
  return connection;
}

}  // namespace bot::suites::race
