#include "suites/race/connection.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include "suites/race/openssl_api.hpp"
#include "suites/race/socket.hpp"

namespace bot::suites::race {

class TlsContext {
 public:
  TlsContext(const OpenSslApi& api, const std::string& ca_file)
      : api_(api), context_(api.ctx_new(api.tls_client_method()), api.ctx_free) {
    if (!context_) throw std::runtime_error("OpenSSL gives no context");
    api_.ctx_set_verify(get(), SSL_VERIFY_PEER, nullptr);
    // What the macro SSL_CTX_set_min_proto_version does.
    api_.ctx_ctrl(get(), SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr);
    if (ca_file.empty()) {
      api_.ctx_set_default_verify_paths(get());
    } else {
      api_.ctx_load_verify_locations(get(), ca_file.c_str(), nullptr);
    }
  }

  const OpenSslApi& api() const { return api_; }
  SSL_CTX* get() const { return context_.get(); }

 private:
  const OpenSslApi& api_;
  std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context_;
};

std::shared_ptr<TlsContext> make_tls_context(const std::string& ca_file) {
  const auto api = openssl_api();
  return api ? std::make_shared<TlsContext>(**api, ca_file) : nullptr;
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

std::string openssl_reason(const OpenSslApi& api) {
  std::array<char, 256> text{};
  const auto code = api.err_get_error();
  if (code == 0) return "unknown TLS error";
  api.err_error_string_n(code, text.data(), text.size());
  return text.data();
}

// TLS over memory: what OpenSSL wants to send is taken out of one buffer, what the socket delivers
// is put into the other. So a record can be encrypted now and sent when the gate opens.
class TlsConnection final : public Connection {
 public:
  TlsConnection(Socket socket, std::shared_ptr<TlsContext> context, const std::string& host)
      : socket_(std::move(socket)),
        context_(std::move(context)),
        api_(context_->api()),
        ssl_(api_.ssl_new(context_->get()), api_.ssl_free) {
    if (!ssl_) throw std::runtime_error("OpenSSL gives no connection");
    api_.set_bio(ssl_.get(), api_.bio_new(api_.bio_s_mem()), api_.bio_new(api_.bio_s_mem()));
    api_.set_connect_state(ssl_.get());
    if (api_.param_set1_ip_asc(api_.get0_param(ssl_.get()), host.c_str()) != 1) {
      api_.set1_host(ssl_.get(), host.c_str());
      // What the macro SSL_set_tlsext_host_name does, without its C-style cast.
      api_.ssl_ctrl(ssl_.get(),
                    SSL_CTRL_SET_TLSEXT_HOSTNAME,
                    TLSEXT_NAMETYPE_host_name,
                    const_cast<char*>(host.c_str()));
    }
    api_.err_clear_error();
  }

  int descriptor() const override { return socket_.descriptor(); }

  Status shake_hands(const Deadline& deadline) {
    for (;;) {
      const int done = api_.do_handshake(ssl_.get());
      const int error = api_.get_error(ssl_.get(), done);
      if (auto sent = send_all(*this, take_wire(), deadline); !sent) return sent;
      if (done == 1) return Unit{};
      if (error != SSL_ERROR_WANT_READ) {
        return Error{.code = Errc::unreachable, .message = "TLS: " + openssl_reason(api_)};
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
        api_.write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0) {
      return Error{.code = Errc::unreachable, .message = "TLS: " + openssl_reason(api_)};
    }
    return take_wire();
  }

  Result<bool> receive(std::string& into) override {
    auto open = pull();
    if (!open) return open;
    std::array<char, 16 * 1024> buffer;
    for (;;) {
      const int got = api_.read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
      if (got > 0) {
        into.append(buffer.data(), static_cast<std::size_t>(got));
        continue;
      }
      const int error = api_.get_error(ssl_.get(), got);
      if (error == SSL_ERROR_WANT_READ) return open;
      if (error == SSL_ERROR_ZERO_RETURN) return false;
      return Error{.code = Errc::unreachable, .message = "TLS: " + openssl_reason(api_)};
    }
  }

 private:
  Result<bool> pull() {
    std::string arrived;
    auto open = receive_plain(socket_.descriptor(), arrived);
    if (!arrived.empty()) {
      api_.bio_write(api_.get_rbio(ssl_.get()), arrived.data(), static_cast<int>(arrived.size()));
    }
    return open;
  }

  std::string take_wire() {
    auto* wire = api_.get_wbio(ssl_.get());
    std::string bytes(static_cast<std::size_t>(api_.bio_ctrl_pending(wire)), '\0');
    if (!bytes.empty()) api_.bio_read(wire, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }

  Socket socket_;
  std::shared_ptr<TlsContext> context_;
  const OpenSslApi& api_;
  std::unique_ptr<SSL, decltype(&::SSL_free)> ssl_;
};

}  // namespace

Result<std::unique_ptr<Connection>> connect(const client::Origin& origin,
                                            const std::shared_ptr<TlsContext>& tls,
                                            const Deadline& deadline) {
  const bool secure = origin.scheme == client::Origin::Scheme::https;
  if (secure) {
    if (const auto api = openssl_api(); !api) return api.error();
  }
  auto socket = open_socket(origin, deadline);
  if (!socket) return std::move(socket).error();
  std::unique_ptr<Connection> connection;
  if (!secure) {
    connection = std::make_unique<PlainConnection>(std::move(*socket));
    return connection;
  }
  auto secured = std::make_unique<TlsConnection>(std::move(*socket), tls, origin.host);
  if (auto shaken = secured->shake_hands(deadline); !shaken) return std::move(shaken).error();
  connection = std::move(secured);
  return connection;
}

}  // namespace bot::suites::race
