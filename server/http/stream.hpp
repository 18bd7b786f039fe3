// Includes Asio; nothing outside this folder includes it.
#pragma once

#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <memory>
#include <utility>
#include <variant>

#include "server/http/network_thread.hpp"
#include "server/http/tls_context.hpp"

namespace bot::http {

// The bytes of one connection, plain or through TLS: what Asio calls an AsyncStream. A branch on
// each read and write, so that one connection class serves both and plain ones cost no more.
class Stream {
 public:
  using executor_type = Tcp::socket::executor_type;
  // Not Beast's ssl_stream, which ends a write early when an empty buffer stands before a large
  // one.
  using Tls = asio::ssl::stream<Tcp::socket>;

  // `identity`: what the client is shown; null: a plain connection.
  Stream(Tcp::socket socket, const TlsIdentity* identity) : way_(std::move(socket)) {
    if (identity == nullptr) return;
    auto plain = std::move(std::get<Tcp::socket>(way_));
    way_ = std::make_unique<Tls>(std::move(plain), identity->context().native);
  }

  executor_type get_executor() { return socket().get_executor(); }
  bool is_tls() const { return std::holds_alternative<std::unique_ptr<Tls>>(way_); }
  // Below TLS.
  Tcp::socket& socket() {
    if (auto* tls = this->tls()) return tls->next_layer();
    return std::get<Tcp::socket>(way_);
  }
  // Ends the connection at once and without a word.
  void close() {
    boost::system::error_code ignored;
    socket().close(ignored);
  }

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (auto* tls = this->tls()) {
      return tls->async_read_some(buffers, std::forward<Token>(token));
    }
    return std::get<Tcp::socket>(way_).async_read_some(buffers, std::forward<Token>(token));
  }

  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (auto* tls = this->tls()) {
      return tls->async_write_some(buffers, std::forward<Token>(token));
    }
    return std::get<Tcp::socket>(way_).async_write_some(buffers, std::forward<Token>(token));
  }

  // REQUIRES: is_tls(), here and below.
  template <typename Token>
  auto async_handshake(Token&& token) {
    return tls()->async_handshake(asio::ssl::stream_base::server, std::forward<Token>(token));
  }
  // Says that nothing follows, and waits until the client has said so too or has gone.
  template <typename Token>
  auto async_shutdown(Token&& token) {
    return tls()->async_shutdown(std::forward<Token>(token));
  }

  // What Beast asks for at the end of a websocket.
  template <typename Handler>
  friend void async_teardown(boost::beast::role_type role, Stream& stream, Handler&& handler) {
    using boost::beast::websocket::async_teardown;
    if (auto* tls = stream.tls()) {
      return async_teardown(role, *tls, std::forward<Handler>(handler));
    }
    async_teardown(role, std::get<Tcp::socket>(stream.way_), std::forward<Handler>(handler));
  }
  friend void teardown(boost::beast::role_type role,
                       Stream& stream,
                       boost::system::error_code& error) {
    using boost::beast::websocket::teardown;
    if (auto* tls = stream.tls()) return teardown(role, *tls, error);
    teardown(role, std::get<Tcp::socket>(stream.way_), error);
  }
  friend void beast_close_socket(Stream& stream) { stream.close(); }

 private:
  Tls* tls() {
    auto* held = std::get_if<std::unique_ptr<Tls>>(&way_);
    return held == nullptr ? nullptr : held->get();
  }

  std::variant<Tcp::socket, std::unique_ptr<Tls>> way_;
};

}  // namespace bot::http
