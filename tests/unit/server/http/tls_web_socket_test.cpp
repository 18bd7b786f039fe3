// Websockets through TLS, with the client that botctl has.
#include <gtest/gtest.h>

#include <atomic>

#include "client/http/web_socket.hpp"
#include "server/http/tls.hpp"
#include "tests/fakes/client/certificate.hpp"
#include "tests/unit/server/http/http_server.hpp"

namespace bot::http {
namespace {

constexpr Millis patience{10'000};
constexpr int copies = 5;

// Sends each text back several times; closes when it is told to.
class Echo final : public WebSocketHandler {
 public:
  explicit Echo(std::atomic<int>& closed) : closed_(closed) {}

  void on_open(std::shared_ptr<WebSocketPeer> peer) override { peer_ = std::move(peer); }
  void on_text(std::string text) override {
    if (text == "close") return peer_->close(4401, "as asked");
    for (int i = 0; i < copies; ++i)
      peer_->send(text);
  }
  void on_close() override { ++closed_; }

 private:
  std::atomic<int>& closed_;
  std::shared_ptr<WebSocketPeer> peer_;
};

class Acceptor final : public WebSocketAcceptor {
 public:
  Result<std::unique_ptr<WebSocketHandler>> accept(const Request&) override {
    return std::unique_ptr<WebSocketHandler>(std::make_unique<Echo>(closed));
  }

  std::atomic<int> closed{0};
};

class TlsWebSocket : public testing::Test {
 protected:
  std::unique_ptr<client::WebSocket> connect() {
    auto socket = client::WebSocket::connect("https://127.0.0.1:" + std::to_string(server_.port()),
                                             "/ws",
                                             {},
                                             patience,
                                             {.ca_file = certificate_.file()});
    EXPECT_TRUE(socket) << (socket ? "" : socket.error().message);
    return socket ? std::move(socket).value() : nullptr;
  }

  client::Certificate certificate_{"IP:127.0.0.1"};
  Acceptor acceptor_;
  HttpServer server_{{.tls = std::make_shared<TlsKeeper>(*TlsIdentity::make(
                          {.chain = certificate_.pem(), .key = certificate_.key_pem()}))},
                     &acceptor_};
};

TEST_F(TlsWebSocket, CarriesMessagesOfEverySizeInBothDirectionsAtOnce) {
  const auto socket = connect();
  ASSERT_NE(socket, nullptr);
  std::vector<std::string> sent;
  for (const std::size_t size : {1, 125, 126, 16'383, 16'384, 16'385, 40'000, 65'000}) {
    sent.emplace_back(size, static_cast<char>('a' + sent.size()));
    ASSERT_TRUE(socket->send(sent.back()));
  }
  for (const auto& text : sent) {
    for (int i = 0; i < copies; ++i) {
      const auto received = socket->receive(patience);
      ASSERT_TRUE(received && *received) << text.size();
      EXPECT_EQ(**received, text);
    }
  }
}

TEST_F(TlsWebSocket, ClosesAsItsHandlerSays) {
  const auto socket = connect();
  ASSERT_NE(socket, nullptr);
  ASSERT_TRUE(socket->send("close"));
  const auto end = socket->receive(patience);
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, std::nullopt);
  EXPECT_EQ(socket->close_code(), 4401);
  EXPECT_TRUE(eventually([&] { return server_.listener->stats().web_sockets == 0; }));
  EXPECT_TRUE(eventually([&] { return acceptor_.closed == 1; }));
}

TEST_F(TlsWebSocket, NoticesAClientThatLeavesWithoutAWord) {
  auto socket = connect();
  ASSERT_NE(socket, nullptr);
  ASSERT_TRUE(socket->send("hello"));
  ASSERT_TRUE(socket->receive(patience));
  socket.reset();
  EXPECT_TRUE(eventually([&] { return server_.listener->stats().connections == 0; }));
  EXPECT_TRUE(eventually([&] { return acceptor_.closed == 1; }));
}

TEST_F(TlsWebSocket, IsToldThatTheServerGoes) {
  const auto socket = connect();
  ASSERT_NE(socket, nullptr);
  ASSERT_TRUE(socket->send("hello"));
  for (int i = 0; i < copies; ++i)
    ASSERT_TRUE(socket->receive(patience));
  std::thread stopping([&] { server_.listener->stop(patience); });
  const auto end = socket->receive(patience);
  stopping.join();
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, std::nullopt);
  EXPECT_EQ(socket->close_code(), 1001);
}

}  // namespace
}  // namespace bot::http
