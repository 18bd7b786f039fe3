#include "suites/race/connection.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "suites/race/socket.hpp"

namespace bot::suites::race {

class TlsContext {
 public:
  explicit TlsContext(const std::string& ca_file) : context_(SSL_CTX_new(TLS_client_method())) {
    if (!context_) throw std::runtime_error("OpenSSL gives no context");
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
    if (ca_file.empty()) {
      SSL_CTX_set_default_verify_paths(context_.get());
    } else {
      SSL_CTX_load_verify_locations(context_.get(), ca_file.c_str(), nullptr);
    }
  }

  SSL_CTX* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
};

std::shared_ptr<TlsContext> make_tls_context(const std::string& ca_file) {
  return std::make_shared<TlsContext>(ca_file);
}

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

std::string openssl_reason() {
  std::array<char, 256> text{};
  const auto code = ERR_get_error();
  if (code == 0) return "unknown TLS error";
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

// TLS over memory: what OpenSSL wants to send is taken out of one buffer, what the socket delivers
// is put into the other. So a record can be encrypted now and sent when the gate opens.
class TlsConnection final : public Connection {
 public:
  TlsConnection(Socket socket, std::shared_ptr<TlsContext> context, const std::string& host)
      : socket_(std::move(socket)), context_(std::move(context)), ssl_(SSL_new(context_->get())) {
    if (!ssl_) throw std::runtime_error("OpenSSL gives no connection");
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_.get());
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str()) != 1) {
      SSL_set1_host(ssl_.get(), host.c_str());
      // What the macro SSL_set_tlsext_host_name does, without its C-style cast.
      SSL_ctrl(ssl_.get(),
               SSL_CTRL_SET_TLSEXT_HOSTNAME,
               TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(host.c_str()));
    }
    ERR_clear_error();
  }

  int descriptor() const override { return socket_.descriptor(); }

  Status shake_hands(const Deadline& deadline) {
    for (;;) {
      const int done = SSL_do_handshake(ssl_.get());
      const int error = SSL_get_error(ssl_.get(), done);
      if (auto sent = send_all(*this, take_wire(), deadline); !sent) return sent;
      if (done == 1) return Unit{};
      if (error != SSL_ERROR_WANT_READ) {
        return Error{.code = Errc::unreachable, .message = "TLS: " + openssl_reason()};
      }
      if (auto ready = wait_readable(*this, deadline); !ready) return ready;
      auto open = pull();
      if (!open) return std::move(open).error();
      if (!*open) {
        return Error{.code = Errc::unreachable, .message = "closed during the TLS handshake"};
      }
    }
  }

  Result<std::string> seal(std::string_view bytes) override {
    if (!bytes.empty() &&
        SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0) {
      return Error{.code = Errc::unreachable, .message = "TLS: " + openssl_reason()};
    }
    return take_wire();
  }

  Result<bool> receive(std::string& into) override {
    auto open = pull();
    if (!open) return open;
    std::array<char, 16 * 1024> buffer;
    for (;;) {
      const int got = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
      if (got > 0) {
        into.append(buffer.data(), static_cast<std::size_t>(got));
        continue;
      }
      const int error = SSL_get_error(ssl_.get(), got);
      if (error == SSL_ERROR_WANT_READ) return open;
      if (error == SSL_ERROR_ZERO_RETURN) return false;
      return Error{.code = Errc::unreachable, .message = "TLS: " + openssl_reason()};
    }
  }

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  Result<bool> pull() {
    std::string arrived;
    auto open = receive_plain(socket_.descriptor(), arrived);
    if (!arrived.empty()) {
      BIO_write(SSL_get_rbio(ssl_.get()), arrived.data(), static_cast<int>(arrived.size()));
    }
    return open;
  }

  std::string take_wire() {
    auto* wire = SSL_get_wbio(ssl_.get());
    std::string bytes(static_cast<std::size_t>(BIO_ctrl_pending(wire)), '\0');
    if (!bytes.empty()) BIO_read(wire, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }

  Socket socket_;
  std::shared_ptr<TlsContext> context_;
  std::unique_ptr<SSL, Free> ssl_;
};

}  // namespace

Result<std::unique_ptr<Connection>> connect(const client::Origin& origin,
                                            const std::shared_ptr<TlsContext>& tls,
                                            const Deadline& deadline) {
  auto socket = open_socket(origin, deadline);
  if (!socket) return std::move(socket).error();
  std::unique_ptr<Connection> connection;
  if (origin.scheme == client::Origin::Scheme::http) {
    connection = std::make_unique<PlainConnection>(std::move(*socket));
    return connection;
  }
  auto secured = std::make_unique<TlsConnection>(std::move(*socket), tls, origin.host);
  if (auto shaken = secured->shake_hands(deadline); !shaken) return std::move(shaken).error();
  connection = std::move(secured);
  return connection;
}

}  // namespace bot::suites::race
