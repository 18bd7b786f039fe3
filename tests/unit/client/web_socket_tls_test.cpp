#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "client/http/web_socket.hpp"
#include "tests/fakes/client/certificate.hpp"
#include "tests/fakes/client/loopback_server.hpp"

namespace bot::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Tls = beast::ssl_stream<tcp::socket>;
using Stream = beast::websocket::stream<Tls>;

constexpr Millis soon{5'000};
constexpr Millis very_soon{100};

enum class Oldest { tls_1_2, tls_1_1_only };

// Accepts one connection, speaks TLS with a certificate for `names`, and lets the test's script
// talk on it, on a thread of its own.
class OneTlsServer {
 public:
  explicit OneTlsServer(std::function<void(Tls&)> script,
                        const std::string& names = "IP:127.0.0.1",
                        Oldest oldest = Oldest::tls_1_2)
      : certificate_(names),
        acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        thread_([this, oldest, talk = std::move(script)] { serve(oldest, talk); }) {}

  ~OneTlsServer() { thread_.join(); }

  std::string origin(const std::string& host = "127.0.0.1") const {
    return "https://" + host + ":" + std::to_string(acceptor_.local_endpoint().port());
  }
  WebSocketOptions trusted() const { return {.ca_file = certificate_.file()}; }
  // What the client asked for by SNI; read it when the client has ended.
  const std::string& asked_for() const { return asked_for_; }

 private:
  void serve(Oldest oldest, const std::function<void(Tls&)>& talk) {
    asio::ssl::context tls(asio::ssl::context::tls_server);
    certificate_.install(tls.native_handle());
    if (oldest == Oldest::tls_1_1_only) {
      SSL_CTX_set_max_proto_version(tls.native_handle(), TLS1_1_VERSION);
      SSL_CTX_set_cipher_list(tls.native_handle(), "DEFAULT@SECLEVEL=0");
    }
    error_code error;
    tcp::socket socket(context_);
    acceptor_.accept(socket, error);
    Tls stream(std::move(socket), tls);
    stream.handshake(asio::ssl::stream_base::server, error);
    if (error) return;
    const auto* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
    asked_for_ = name == nullptr ? "" : name;
    talk(stream);
  }

  Certificate certificate_;
  asio::io_context context_;
  tcp::acceptor acceptor_;
  std::string asked_for_;
  std::thread thread_;
};

using Talk = std::function<void(Stream&, const http::request<http::string_body>&)>;

// Upgrades and talks.
std::function<void(Tls&)> upgraded(Talk talk) {
  return [talk = std::move(talk)](Tls& tls) {
    error_code error;
    beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::read(tls, buffer, request, error);
    Stream stream(std::move(tls));
    stream.accept(request, error);
    if (!error) talk(stream, request);
  };
}

std::string read(Stream& stream) {
  error_code error;
  beast::flat_buffer buffer;
  stream.read(buffer, error);
  return error ? "error: " + error.message() : beast::buffers_to_string(buffer.data());
}

void write(Stream& stream, const std::string& text) {
  error_code ignored;
  stream.write(asio::buffer(text), ignored);
}

void wait_until_closed(Stream& stream, const http::request<http::string_body>&) {
  read(stream);
}

void nothing(Tls&) {}

TEST(WebSocketOverTls, MessagesOfAnySizeGoBothWays) {
  const std::string large(300'000, 'x');
  std::string key;
  OneTlsServer server(upgraded([&](Stream& stream, const auto& request) {
    key = std::string(request["X-API-Key"]);
    write(stream, "you said " + read(stream));
    write(stream, read(stream));
    read(stream);
  }));
  const auto socket =
      WebSocket::connect(server.origin(), "/ws", {{"X-API-Key", "key-1"}}, soon, server.trusted());
  ASSERT_TRUE(socket) << socket.error().message;
  ASSERT_TRUE((*socket)->send("hello"));
  EXPECT_EQ(*(*socket)->receive(soon), "you said hello");
  ASSERT_TRUE((*socket)->send(large));
  EXPECT_EQ(*(*socket)->receive(soon), large);
  (*socket)->close(soon);
  EXPECT_EQ(key, "key-1");
}

TEST(WebSocketOverTls, AMessageThatDoesNotComeIsATimeoutAndLosesNothing) {
  OneTlsServer server(upgraded([](Stream& stream, const auto&) {
    read(stream);
    write(stream, "late");
    read(stream);
  }));
  const auto socket = WebSocket::connect(server.origin(), "/ws", {}, soon, server.trusted());
  ASSERT_TRUE(socket) << socket.error().message;
  EXPECT_EQ((*socket)->receive(very_soon).error().code, Errc::timeout);
  ASSERT_TRUE((*socket)->send("now"));
  EXPECT_EQ(*(*socket)->receive(soon), "late");
  (*socket)->close(soon);
}

TEST(WebSocketOverTls, APeerThatClosesIsToldWithItsReason) {
  OneTlsServer server(upgraded([](Stream& stream, const auto&) {
    error_code ignored;
    stream.close(beast::websocket::close_reason(4401), ignored);
  }));
  const auto socket = WebSocket::connect(server.origin(), "/ws", {}, soon, server.trusted());
  ASSERT_TRUE(socket) << socket.error().message;
  const auto end = (*socket)->receive(soon);
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(*end, std::nullopt);
  EXPECT_EQ((*socket)->close_code(), 4401);
}

TEST(WebSocketOverTls, APeerThatVanishesIsAnError) {
  OneTlsServer server(
      upgraded([](Stream& stream, const auto&) { beast::get_lowest_layer(stream).close(); }));
  const auto socket = WebSocket::connect(server.origin(), "/ws", {}, soon, server.trusted());
  ASSERT_TRUE(socket) << socket.error().message;
  EXPECT_EQ((*socket)->receive(soon).error().code, Errc::unreachable);
}

// Keeps back what is sent until there is a segment full of it, or holds it no longer.
void cork(tcp::socket& socket, int on) {
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

TEST(WebSocketOverTls, WhatComesBeforeBytesThatAreNoTlsIsReadAndTheReasonTold) {
  OneTlsServer server([](Tls& tls) {
    cork(tls.next_layer(), 1);
    upgraded([](Stream& stream, const auto&) {
      error_code ignored;
      write(stream, "last words");
      auto& socket = beast::get_lowest_layer(stream);
      asio::write(socket, asio::buffer(std::string(64, '\xff')), ignored);
      cork(socket, 0);
      read(stream);
    })(tls);
  });
  const auto socket = WebSocket::connect(server.origin(), "/ws", {}, soon, server.trusted());
  ASSERT_TRUE(socket) << socket.error().message;
  EXPECT_EQ(*(*socket)->receive(soon), "last words");
  const auto error = (*socket)->receive(soon).error();
  EXPECT_EQ(error.code, Errc::unreachable);
  EXPECT_TRUE(error.message.starts_with("TLS with 127.0.0.1:")) << error.message;
}

TEST(WebSocketOverTls, AHostIsAskedForByNameAndVerifiedByIt) {
  OneTlsServer server(upgraded(wait_until_closed), "DNS:localhost");
  const auto socket =
      WebSocket::connect(server.origin("localhost"), "/ws", {}, soon, server.trusted());
  ASSERT_TRUE(socket) << socket.error().message;
  (*socket)->close(soon);
  EXPECT_EQ(server.asked_for(), "localhost");
}

TEST(WebSocketOverTls, ACertificateForAnotherHostIsRefused) {
  OneTlsServer server(nothing, "DNS:elsewhere.example");
  const auto error =
      WebSocket::connect(server.origin("localhost"), "/ws", {}, soon, server.trusted()).error();
  EXPECT_EQ(error.code, Errc::unreachable);
  EXPECT_TRUE(error.message.ends_with("certificate is not accepted: hostname mismatch"))
      << error.message;
  EXPECT_EQ(error.hint,
            "check the URL's scheme, the server's certificate and the trusted CAs "
            "(botctl: --cacert FILE)");
}

TEST(WebSocketOverTls, ACertificateForAnotherAddressIsRefused) {
  OneTlsServer server(nothing, "IP:127.0.0.2");
  const auto error = WebSocket::connect(server.origin(), "/ws", {}, soon, server.trusted()).error();
  EXPECT_TRUE(error.message.ends_with("certificate is not accepted: IP address mismatch"))
      << error.message;
}

TEST(WebSocketOverTls, ACertificateThatNobodyVouchesForIsRefused) {
  OneTlsServer server(nothing);
  const auto error = WebSocket::connect(server.origin(), "/ws", {}, soon).error();
  EXPECT_EQ(error.code, Errc::unreachable);
  EXPECT_TRUE(error.message.ends_with("certificate is not accepted: self-signed certificate"))
      << error.message;
}

TEST(WebSocketOverTls, NothingBelowTls12IsSpoken) {
  OneTlsServer server(nothing, "IP:127.0.0.1", Oldest::tls_1_1_only);
  const auto error = WebSocket::connect(server.origin(), "/ws", {}, soon, server.trusted()).error();
  EXPECT_EQ(error.code, Errc::unreachable);
  EXPECT_NE(error.message.find("protocol version"), std::string::npos) << error.message;
}

TEST(WebSocketOverTls, AFileOfCertificatesThatCannotBeReadIsNamed) {
  const auto error =
      WebSocket::connect("https://127.0.0.1:1", "/ws", {}, soon, {.ca_file = "/no/such.pem"})
          .error();
  EXPECT_EQ(error.code, Errc::unreachable);
  EXPECT_EQ(error.message, "no certificates to trust can be read from /no/such.pem");
}

TEST(WebSocketOverTls, AServerThatSpeaksNoTlsIsToldAsSuch) {
  LoopbackServer server;
  const auto origin = "https://127.0.0.1:" + std::to_string(server.port());
  const auto error = WebSocket::connect(origin, "/ws", {}, soon).error();
  EXPECT_EQ(error.code, Errc::unreachable);
  EXPECT_NE(error.message.find("the server does not speak TLS there"), std::string::npos)
      << error.message;
}

TEST(WebSocketOverTls, AServerThatHangsUpDuringTheHandshakeIsToldAsSuch) {
  asio::io_context context;
  tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  std::thread thread([&] {
    error_code error;
    auto socket = acceptor.accept(error);
    std::string hello(5, '\0');
    asio::read(socket, asio::buffer(hello), error);
    socket.shutdown(tcp::socket::shutdown_send, error);
    asio::read(socket, asio::dynamic_buffer(hello), error);
  });
  const auto port = std::to_string(acceptor.local_endpoint().port());
  const auto error = WebSocket::connect("https://127.0.0.1:" + port, "/ws", {}, soon).error();
  thread.join();
  EXPECT_EQ(error.code, Errc::unreachable);
  EXPECT_EQ(error.message,
            "TLS with 127.0.0.1:" + port + " failed: the server closed the connection");
}

TEST(WebSocketOverTls, AServerSilentDuringTheHandshakeIsATimeout) {
  asio::io_context context;
  const tcp::acceptor silent(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const auto port = std::to_string(silent.local_endpoint().port());
  const auto error = WebSocket::connect("https://127.0.0.1:" + port, "/ws", {}, very_soon).error();
  EXPECT_EQ(error.code, Errc::timeout);
}

TEST(WebSocketOverTls, ASilentServerIsATimeout) {
  OneTlsServer server([](Tls& tls) {
    error_code error;
    std::string all;
    asio::read(tls, asio::dynamic_buffer(all), error);
  });
  const auto error =
      WebSocket::connect(server.origin(), "/ws", {}, Millis{1500}, server.trusted()).error();
  EXPECT_EQ(error.code, Errc::timeout);
}

TEST(WebSocketOverTls, AnotherAnswerThan101IsToldWithItsStatus) {
  OneTlsServer server([](Tls& tls) {
    error_code error;
    beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::read(tls, buffer, request, error);
    const auto answer = LoopbackServer::http(401, R"({"detail":"Invalid API key"})");
    asio::write(tls, asio::buffer(answer), error);
  });
  const auto error = WebSocket::connect(server.origin(), "/ws", {}, soon, server.trusted()).error();
  EXPECT_EQ(error.code, Errc::unauthenticated);
  EXPECT_EQ(error.message, "Invalid API key");
}

}  // namespace
}  // namespace bot::client
