#include "client/http/web_socket.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "tests/fakes/client/loopback_server.hpp"

namespace bot::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Stream = beast::websocket::stream<tcp::socket>;

constexpr Millis soon{5'000};
constexpr Millis very_soon{100};
// The rest of a message that is refused is read away first.
constexpr Millis time_to_drain{60'000};

// Accepts one WebSocket and lets the test's script talk on it, on a thread of its own.
class OneWebSocketServer {
 public:
  explicit OneWebSocketServer(std::function<void(Stream&)> script)
      : acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        thread_([this, talk = std::move(script)] { serve(talk); }) {}

  ~OneWebSocketServer() { thread_.join(); }

  std::string origin() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

  const http::request<http::string_body>& request() const { return request_; }

 private:
  void serve(const std::function<void(Stream&)>& talk) {
    boost::system::error_code error;
    tcp::socket socket(context_);
    acceptor_.accept(socket, error);
    beast::flat_buffer buffer;
    http::read(socket, buffer, request_, error);
    Stream stream(std::move(socket));
    stream.accept(request_, error);
    if (!error) talk(stream);
  }

  asio::io_context context_;
  tcp::acceptor acceptor_;
  http::request<http::string_body> request_;
  std::thread thread_;
};

void write(Stream& stream, const std::string& text) {
  boost::system::error_code ignored;
  stream.write(asio::buffer(text), ignored);
}

std::string read(Stream& stream) {
  boost::system::error_code error;
  beast::flat_buffer buffer;
  stream.read(buffer, error);
  return error ? "error: " + error.message() : beast::buffers_to_string(buffer.data());
}

void wait_until_closed(Stream& stream) {
  read(stream);
}

std::unique_ptr<WebSocket> connect(const std::string& origin, const Headers& headers = {}) {
  auto socket = WebSocket::connect(origin, "/ws", headers, soon);
  if (!socket) {
    ADD_FAILURE() << socket.error().message;
    return nullptr;
  }
  return *std::move(socket);
}

TEST(WebSocket, MessagesGoBothWays) {
  OneWebSocketServer server([](Stream& stream) {
    write(stream, "you said " + read(stream));
    wait_until_closed(stream);
  });
  const auto socket = connect(server.origin(), {{"X-API-Key", "key-1"}});
  ASSERT_NE(socket, nullptr);
  ASSERT_TRUE(socket->send("hello").has_value());
  EXPECT_EQ(*socket->receive(soon), "you said hello");
  socket->close(soon);
  EXPECT_EQ(server.request()["X-API-Key"], "key-1");
  EXPECT_EQ(server.request().target(), "/ws");
}

TEST(WebSocket, ThePathPrefixOfTheOriginIsKept) {
  OneWebSocketServer server(wait_until_closed);
  const auto socket = connect(server.origin() + "/api/");
  ASSERT_NE(socket, nullptr);
  socket->close(soon);
  EXPECT_EQ(server.request().target(), "/api/ws");
}

TEST(WebSocket, AMessageThatDoesNotComeIsATimeoutAndLosesNothing) {
  OneWebSocketServer server([](Stream& stream) {
    read(stream);
    write(stream, "late");
    wait_until_closed(stream);
  });
  const auto socket = connect(server.origin());
  ASSERT_NE(socket, nullptr);
  EXPECT_EQ(socket->receive(very_soon).error().code, Errc::timeout);
  ASSERT_TRUE(socket->send("now").has_value());
  EXPECT_EQ(*socket->receive(soon), "late");
  socket->close(soon);
}

TEST(WebSocket, PingsAreAnsweredWhileWaiting) {
  OneWebSocketServer server([](Stream& stream) {
    bool answered = false;
    stream.control_callback([&](beast::websocket::frame_type kind, beast::string_view payload) {
      answered = answered || (kind == beast::websocket::frame_type::pong && payload == "p");
    });
    boost::system::error_code ignored;
    stream.ping("p", ignored);
    read(stream);  // takes the pong on its way
    write(stream, answered ? "pong came" : "no pong");
    wait_until_closed(stream);
  });
  const auto socket = connect(server.origin());
  ASSERT_NE(socket, nullptr);
  EXPECT_EQ(socket->receive(very_soon).error().code, Errc::timeout);
  ASSERT_TRUE(socket->send("go on").has_value());
  EXPECT_EQ(*socket->receive(soon), "pong came");
  socket->close(soon);
}

TEST(WebSocket, APeerThatClosesIsToldWithItsReason) {
  OneWebSocketServer server([](Stream& stream) {
    boost::system::error_code ignored;
    stream.close(beast::websocket::close_reason(4401), ignored);
  });
  const auto socket = connect(server.origin());
  ASSERT_NE(socket, nullptr);
  const auto end = socket->receive(soon);
  ASSERT_TRUE(end.has_value()) << end.error().message;
  EXPECT_EQ(*end, std::nullopt);
  EXPECT_EQ(socket->close_code(), 4401);
  EXPECT_EQ(*socket->receive(soon), std::nullopt);
  EXPECT_EQ(socket->send("x").error().code, Errc::unreachable);
}

TEST(WebSocket, APeerThatVanishesIsAnError) {
  OneWebSocketServer server([](Stream& stream) { stream.next_layer().close(); });
  const auto socket = connect(server.origin());
  ASSERT_NE(socket, nullptr);
  EXPECT_EQ(socket->receive(soon).error().code, Errc::unreachable);
}

TEST(WebSocket, AnOversizedMessageIsRefused) {
  OneWebSocketServer server([](Stream& stream) {
    write(stream, std::string(WebSocket::longest_message + 1, 'x'));
    wait_until_closed(stream);
  });
  const auto socket = connect(server.origin());
  ASSERT_NE(socket, nullptr);
  EXPECT_EQ(socket->receive(time_to_drain).error().code, Errc::protocol);
}

TEST(WebSocket, GarbageInsteadOfFramesIsAnError) {
  OneWebSocketServer server([](Stream& stream) {
    boost::system::error_code ignored;
    asio::write(stream.next_layer(), asio::buffer(std::string(64, '\xff')), ignored);
    wait_until_closed(stream);
  });
  const auto socket = connect(server.origin());
  ASSERT_NE(socket, nullptr);
  EXPECT_EQ(socket->receive(soon).error().code, Errc::protocol);
}

TEST(WebSocket, AnotherAnswerThan101IsToldWithItsStatus) {
  LoopbackServer server;
  server.script({.bytes = LoopbackServer::http(401, R"({"detail":"Invalid API key"})")});
  const auto refused = WebSocket::connect(server.origin(), "/ws", {}, soon).error();
  EXPECT_EQ(refused.code, Errc::unauthenticated);
  EXPECT_EQ(refused.http_status, 401);
  EXPECT_EQ(refused.message, "Invalid API key");
}

TEST(WebSocket, AServerWithoutWebSocketsIsToldByItsStatus) {
  LoopbackServer server;
  server.script({.bytes = LoopbackServer::http(200, "<html>", "text/html")});
  const auto refused = WebSocket::connect(server.origin(), "/ws", {}, soon).error();
  EXPECT_EQ(refused.code, Errc::protocol);
  EXPECT_EQ(refused.http_status, 200);
}

TEST(WebSocket, ASilentServerIsATimeout) {
  LoopbackServer server;
  server.script({.bytes = "", .then = LoopbackServer::Then::hang});
  const auto late = WebSocket::connect(server.origin(), "/ws", {}, very_soon).error();
  EXPECT_EQ(late.code, Errc::timeout);
}

TEST(WebSocket, AClosedPortIsUnreachable) {
  const auto error = WebSocket::connect("http://127.0.0.1:1", "/ws", {}, soon).error();
  EXPECT_EQ(error.code, Errc::unreachable);
  EXPECT_EQ(error.message, "no connection to 127.0.0.1:1: Connection refused");
}

TEST(WebSocket, AKeyDoesNotCrossTheNetworkInClear) {
  const Headers key{{"X-API-Key", "k"}};
  const auto error = WebSocket::connect("http://no-such-host.invalid", "/ws", key, soon).error();
  EXPECT_EQ(error.code, Errc::invalid_argument);
}

TEST(WebSocket, LineBreaksCannotSmuggleHeaders) {
  const auto in_target = WebSocket::connect("http://127.0.0.1:1", "/ws\r\nX: y", {}, soon).error();
  EXPECT_EQ(in_target.code, Errc::invalid_argument);
  const Headers bad{{"X", "a\r\nY: b"}};
  const auto in_header = WebSocket::connect("http://127.0.0.1:1", "/ws", bad, soon).error();
  EXPECT_EQ(in_header.code, Errc::invalid_argument);
}

}  // namespace
}  // namespace bot::client
