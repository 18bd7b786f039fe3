#include "client/http/tls.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include "base/unicode.hpp"
#include "client/http/openssl_api.hpp"

namespace bot::client {

class TlsContext {
 public:
  explicit TlsContext(const OpenSslApi& api)
      : api_(api), context_(api.ctx_new(api.tls_client_method()), api.ctx_free) {
    if (!context_) throw std::runtime_error("OpenSSL gives no context");
    api_.ctx_set_verify(get(), SSL_VERIFY_PEER, nullptr);
    api_.ctx_set_options(get(), SSL_OP_NO_RENEGOTIATION);
    // What the macro SSL_CTX_set_min_proto_version does.
    if (api_.ctx_ctrl(get(), SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr) != 1)
      throw std::runtime_error("OpenSSL cannot be held to TLS 1.2");
  }

  bool load(const TlsTrust& trust) const {
    if (trust.ca_file.empty() && trust.ca_path.empty()) {
      return api_.ctx_set_default_verify_paths(get()) == 1;
    }
    const char* file = trust.ca_file.empty() ? nullptr : trust.ca_file.c_str();
    const char* path = trust.ca_path.empty() ? nullptr : trust.ca_path.c_str();
    return api_.ctx_load_verify_locations(get(), file, path) == 1;
  }

  const OpenSslApi& api() const { return api_; }
  SSL_CTX* get() const { return context_.get(); }

 private:
  const OpenSslApi& api_;
  std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context_;
};

struct TlsSession::State {
  State(std::shared_ptr<TlsContext> from, const Origin& origin)
      : context(std::move(from)),
        api(context->api()),
        ssl(api.ssl_new(context->get()), api.ssl_free),
        where(origin.host_and_port()) {
    if (!ssl) throw std::runtime_error("OpenSSL gives no connection");
  }

  std::string reason() const;
  Error failed() const { return tls_failed(where, reason()); }

  std::shared_ptr<TlsContext> context;
  const OpenSslApi& api;
  std::unique_ptr<SSL, decltype(&::SSL_free)> ssl;
  std::string where;
};

// The certificate's fault first: OpenSSL's own error only says that verification failed.
std::string TlsSession::State::reason() const {
  if (const auto verdict = api.get_verify_result(ssl.get()); verdict != X509_V_OK) {
    return std::string("the server's certificate is not accepted: ") +
           api.verify_error_string(verdict);
  }
  const auto code = api.err_get_error();
  const char* text = api.err_reason_error_string(code);
  if (text == nullptr) return "the connection broke";
  const bool no_tls = ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER;
  return no_tls ? std::string("the server does not speak TLS there (") + text + ")" : text;
}

Error tls_failed(const std::string& host_and_port, const std::string& reason) {
  return Error{.code = Errc::unreachable,
               .message = "TLS with " + host_and_port + " failed: " + escape_for_terminal(reason),
               .hint =
                   "check the URL's scheme, the server's certificate and the trusted CAs "
                   "(botctl: --cacert FILE)"};
}

Result<std::shared_ptr<TlsContext>> make_tls_context(const TlsTrust& trust) {
  const auto api = openssl_api();
  if (!api) return api.error();
  auto context = std::make_shared<TlsContext>(**api);
  const bool loaded = context->load(trust);
  (*api)->err_clear_error();
  if (loaded) return context;
  const auto& from = trust.ca_file.empty() ? trust.ca_path : trust.ca_file;
  return Error{.code = Errc::unreachable,
               .message = "no certificates to trust can be read from " +
                          (from.empty() ? "the system" : escape_for_terminal(from)),
               .hint = "name a file of PEM certificates that can be read"};
}

TlsSession::TlsSession(std::shared_ptr<TlsContext> context, const Origin& origin)
    : state_(std::make_unique<State>(std::move(context), origin)) {
  const auto& api = state_->api;
  auto* ssl = state_->ssl.get();
  auto* judge = api.get0_param(ssl);
  api.set_bio(ssl, api.bio_new(api.bio_s_mem()), api.bio_new(api.bio_s_mem()));
  api.set_connect_state(ssl);
  // As libcurl has it: a trusted certificate need not be a root.
  api.param_set_flags(judge, X509_V_FLAG_PARTIAL_CHAIN);
  if (api.param_set1_ip_asc(judge, origin.host.c_str()) != 1) {
    if (api.set1_host(ssl, origin.host.c_str()) != 1)
      throw std::runtime_error("OpenSSL takes no host name to verify");
    // What the macro SSL_set_tlsext_host_name does, without its C-style cast.
    api.ssl_ctrl(ssl,
                 SSL_CTRL_SET_TLSEXT_HOSTNAME,
                 TLSEXT_NAMETYPE_host_name,
                 const_cast<char*>(origin.host.c_str()));
  }
  api.err_clear_error();
}

TlsSession::TlsSession(TlsSession&& other) noexcept = default;
TlsSession::~TlsSession() = default;

Result<TlsSession::Handshake> TlsSession::shake_hands() {
  state_->api.err_clear_error();
  const int done = state_->api.do_handshake(state_->ssl.get());
  if (done == 1) return Handshake::done;
  if (state_->api.get_error(state_->ssl.get(), done) == SSL_ERROR_WANT_READ) {
    return Handshake::needs_bytes;
  }
  return state_->failed();
}

void TlsSession::feed(std::string_view wire) {
  if (wire.empty()) return;
  auto* incoming = state_->api.get_rbio(state_->ssl.get());
  state_->api.bio_write(incoming, wire.data(), static_cast<int>(wire.size()));
}

std::string TlsSession::take_wire() {
  auto* outgoing = state_->api.get_wbio(state_->ssl.get());
  std::string wire(state_->api.bio_ctrl_pending(outgoing), '\0');
  if (!wire.empty()) {
    state_->api.bio_read(outgoing, wire.data(), static_cast<int>(wire.size()));
  }
  return wire;
}

Status TlsSession::seal(std::string_view plain) {
  if (plain.empty()) return Unit{};
  state_->api.err_clear_error();
  const auto size = static_cast<int>(plain.size());
  if (state_->api.write(state_->ssl.get(), plain.data(), size) > 0) return Unit{};
  return state_->failed();
}

Result<bool> TlsSession::open(std::string& into) {
  std::array<char, std::size_t{16} * 1024> buffer;
  state_->api.err_clear_error();
  for (;;) {
    const int got =
        state_->api.read(state_->ssl.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (got > 0) {
      into.append(buffer.data(), static_cast<std::size_t>(got));
      continue;
    }
    const int error = state_->api.get_error(state_->ssl.get(), got);
    if (error == SSL_ERROR_WANT_READ) return true;
    if (error == SSL_ERROR_ZERO_RETURN) return false;
    return state_->failed();
  }
}

void TlsSession::say_goodbye() {
  state_->api.shutdown(state_->ssl.get());
}

}  // namespace bot::client
