#include "server/http/web_socket.hpp"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <stdexcept>

#include "tests/unit/server/http/http_server.hpp"

namespace bot::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

using boost::system::error_code;
using std::chrono::seconds;

// What the handlers of a test saw, and the peers they were given.
struct Witness {
  std::mutex mutex;
  std::vector<std::shared_ptr<WebSocketPeer>> peers;
  std::vector<std::string> texts;
  int closed = 0;
  std::atomic<int> inside{0};
  std::atomic<bool> overlapped{false};

  std::shared_ptr<WebSocketPeer> peer() {
    const std::lock_guard lock(mutex);
    return peers.empty() ? nullptr : peers.back();
  }
  int closes() {
    const std::lock_guard lock(mutex);
    return closed;
  }
  std::size_t received() {
    const std::lock_guard lock(mutex);
    return texts.size();
  }
};

// Notes when two calls run at a time.
class Inside {
 public:
  explicit Inside(Witness& witness) : witness_(witness) {
    if (witness_.inside.fetch_add(1) != 0) witness_.overlapped = true;
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() { --witness_.inside; }

 private:
  Witness& witness_;
};

class EchoHandler final : public WebSocketHandler {
 public:
  EchoHandler(Witness& witness, Gate& gate) : witness_(witness), gate_(gate) {}

  void on_open(std::shared_ptr<WebSocketPeer> peer) override {
    const Inside inside(witness_);
    const std::lock_guard lock(witness_.mutex);
    peer_ = peer;
    witness_.peers.push_back(std::move(peer));
  }
  void on_text(std::string text) override {
    const Inside inside(witness_);
    {
      const std::lock_guard lock(witness_.mutex);
      witness_.texts.push_back(text);
    }
    if (text == "close") return peer_->close(4401, "as asked");
    if (text == "fault") throw std::runtime_error("no way");
    if (text == "wait") return gate_.pass();
    peer_->send("echo " + text);
  }
  void on_close() override {
    const Inside inside(witness_);
    const std::lock_guard lock(witness_.mutex);
    ++witness_.closed;
  }

 private:
  Witness& witness_;
  Gate& gate_;
  std::shared_ptr<WebSocketPeer> peer_;
};

class EchoAcceptor final : public WebSocketAcceptor {
 public:
  Result<std::unique_ptr<WebSocketHandler>> accept(const Request& request) override {
    if (request.path != "/ws") return Error{.code = Errc::not_found, .message = "Not Found"};
    if (request.query_value("api_key") == "fault") throw std::runtime_error("the disk burns");
    if (request.query_value("api_key") != "good") {
      return Error{.code = Errc::unauthenticated, .message = "Invalid API token"};
    }
    return std::unique_ptr<WebSocketHandler>(new EchoHandler(witness, gate));
  }

  Witness witness;
  Gate gate;
};

// A client with deadlines: Beast's timeouts work for asynchronous calls, so each call runs its own
// small loop.
class WsClient {
 public:
  explicit WsClient(std::uint16_t port) {
    error_code ignored;
    beast::get_lowest_layer(stream_).socket().connect({asio::ip::address_v4::loopback(), port},
                                                      ignored);
  }

  error_code open(const std::string& target = "/ws?api_key=good") {
    error_code result;
    stream_.async_handshake(answer, "test", target, [&](error_code error) { result = error; });
    run();
    return result;
  }
  error_code write(const std::string& text) {
    error_code result;
    stream_.async_write(asio::buffer(text), [&](error_code error, std::size_t) { result = error; });
    run();
    return result;
  }
  std::optional<std::string> read() {
    beast::flat_buffer buffer;
    error_code result = asio::error::timed_out;
    stream_.async_read(buffer, [&](error_code error, std::size_t) { result = error; });
    run();
    if (result) return std::nullopt;
    return beast::buffers_to_string(buffer.data());
  }
  // Reads until the connection ends; the close code, 0 when there was none.
  int close_code() {
    while (read()) {
    }
    return stream_.reason().code;
  }
  websocket::stream<beast::tcp_stream>& stream() { return stream_; }

  websocket::response_type answer;

 private:
  void run() {
    context_.restart();
    context_.run_for(seconds(10));
  }

  asio::io_context context_;
  websocket::stream<beast::tcp_stream> stream_{context_};
};

class WebSocketTest : public ::testing::Test {
 protected:
  ~WebSocketTest() override { acceptor_.gate.open(); }

  Witness& witness() { return acceptor_.witness; }

  EchoAcceptor acceptor_;
  HttpServer server_{{.drain = Millis{500}}, &acceptor_};
};

TEST_F(WebSocketTest, EchoesInOrder) {
  WsClient client(server_.port());
  ASSERT_FALSE(client.open());

  for (int i = 0; i < 20; ++i)
    ASSERT_FALSE(client.write(std::to_string(i)));

  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(client.read(), "echo " + std::to_string(i));
  EXPECT_FALSE(witness().overlapped);
  EXPECT_EQ(server_.listener->stats().web_sockets, 1U);
}

TEST_F(WebSocketTest, AnswersARefusalAsPlainHttp) {
  struct Case {
    std::string target;
    unsigned status;
  };
  for (const auto& [target, status] : {Case{"/ws", 401},
                                       Case{"/ws?api_key=bad", 401},
                                       Case{"/other?api_key=good", 404},
                                       Case{"/ws?api_key=fault", 500}}) {
    WsClient client(server_.port());
    EXPECT_EQ(client.open(target), websocket::error::upgrade_declined) << target;
    EXPECT_EQ(client.answer.result_int(), status) << target;
    EXPECT_NE(client.answer["X-Request-Id"], "");
  }
  EXPECT_EQ(witness().peer(), nullptr);
}

TEST_F(WebSocketTest, RecordsTheUpgradeWithoutTheKey) {
  WsClient client(server_.port());
  ASSERT_FALSE(client.open());

  const auto records = server_.records();

  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].status, 101);
  EXPECT_EQ(records[0].pattern, "/ws");
  EXPECT_EQ(records[0].target, "/ws?api_key=***");
}

TEST_F(WebSocketTest, SendsFromAnyThread) {
  WsClient client(server_.port());
  ASSERT_FALSE(client.open());
  ASSERT_TRUE(eventually([&] { return witness().peer() != nullptr; }));

  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([peer = witness().peer()] {
      for (int n = 0; n < 50; ++n)
        peer->send("news");
    });
  }
  for (auto& thread : threads)
    thread.join();

  for (int i = 0; i < 200; ++i)
    ASSERT_EQ(client.read(), "news") << i;
}

TEST_F(WebSocketTest, ClosesWithTheHandlersCode) {
  WsClient client(server_.port());
  ASSERT_FALSE(client.open());
  client.write("close");

  EXPECT_EQ(client.close_code(), 4401);
  EXPECT_EQ(client.stream().reason().reason, "as asked");
  EXPECT_TRUE(eventually([&] { return witness().closes() == 1; }));
  EXPECT_TRUE(eventually([&] { return server_.listener->stats().connections == 0; }));
}

TEST_F(WebSocketTest, ClosesWhenTheHandlerThrows) {
  WsClient client(server_.port());
  ASSERT_FALSE(client.open());
  client.write("fault");

  EXPECT_EQ(client.close_code(), websocket::close_code::internal_error);
}

TEST_F(WebSocketTest, TakesMessagesUpToItsLimit) {
  WsClient client(server_.port());
  ASSERT_FALSE(client.open());
  const std::string largest(65536, 'x');

  client.write(largest);
  EXPECT_EQ(client.read(), "echo " + largest);
  client.write(largest + "x");
  EXPECT_EQ(client.close_code(), websocket::close_code::too_big);
  EXPECT_TRUE(eventually([&] { return witness().closes() == 1; }));
}

TEST_F(WebSocketTest, RefusesBinaryAndBrokenText) {
  WsClient binary(server_.port());
  ASSERT_FALSE(binary.open());
  binary.stream().binary(true);
  binary.write("bytes");
  EXPECT_EQ(binary.close_code(), websocket::close_code::unknown_data);

  WsClient broken(server_.port());
  ASSERT_FALSE(broken.open());
  broken.write("\xFF\xFE");
  EXPECT_EQ(broken.close_code(), websocket::close_code::bad_payload);
}

TEST_F(WebSocketTest, TellsTheHandlerWhenTheClientLeaves) {
  {
    WsClient client(server_.port());
    ASSERT_FALSE(client.open());
    ASSERT_TRUE(eventually([&] { return witness().peer() != nullptr; }));
  }

  EXPECT_TRUE(eventually([&] { return witness().closes() == 1; }));
  EXPECT_TRUE(eventually([&] { return server_.listener->stats().web_sockets == 0; }));
  witness().peer()->send("to nobody");
  witness().peer()->close(1000, "");
}

TEST_F(WebSocketTest, EndsOnlyAfterTheHandlerHasReturned) {
  {
    WsClient client(server_.port());
    ASSERT_FALSE(client.open());
    client.write("wait");
    ASSERT_TRUE(eventually([&] { return acceptor_.gate.waiting() == 1; }));
    witness().peer()->close(1000, "");
    EXPECT_EQ(client.close_code(), 1000);
  }

  EXPECT_EQ(witness().closes(), 0);
  acceptor_.gate.open();
  EXPECT_TRUE(eventually([&] { return witness().closes() == 1; }));
  EXPECT_FALSE(witness().overlapped);
}

TEST_F(WebSocketTest, ClosesAClientThatDoesNotRead) {
  WsClient client(server_.port());
  ASSERT_FALSE(client.open());
  ASSERT_TRUE(eventually([&] { return witness().peer() != nullptr; }));
  const auto peer = witness().peer();

  for (int i = 0; i < 100; ++i)
    peer->send(std::string(std::size_t{1} << 20, 'x'));

  EXPECT_EQ(client.close_code(), websocket::close_code::try_again_later);
  EXPECT_TRUE(eventually([&] { return server_.listener->stats().web_sockets == 0; }));
}

TEST_F(WebSocketTest, KnowsHowMuchIsUnread) {
  WsClient client(server_.port());
  ASSERT_FALSE(client.open());
  ASSERT_TRUE(eventually([&] { return witness().peer() != nullptr; }));
  const auto peer = witness().peer();
  EXPECT_EQ(peer->unread(), 0U);

  // The kernel takes some MiB of what the client does not read.
  constexpr std::size_t most = 40;
  constexpr std::size_t size = std::size_t{256} << 10;
  std::size_t sent = 0;
  for (; sent < most && peer->unread() < 2 * size; ++sent)
    peer->send(std::string(size, 'x'));
  EXPECT_LT(sent, most);
  EXPECT_LE(peer->unread(), sent * size);

  for (std::size_t i = 0; i < sent; ++i)
    ASSERT_EQ(client.read().value_or("").size(), size) << i;
  EXPECT_TRUE(eventually([&] { return peer->unread() == 0; }));
}

TEST_F(WebSocketTest, CutsAClientThatNeverReads) {
  WsClient client(server_.port());
  ASSERT_FALSE(client.open());
  ASSERT_TRUE(eventually([&] { return witness().peer() != nullptr; }));
  const auto peer = witness().peer();

  for (int i = 0; i < 100; ++i)
    peer->send(std::string(std::size_t{1} << 20, 'x'));

  EXPECT_TRUE(eventually([&] { return server_.listener->stats().web_sockets == 0; }));
  EXPECT_TRUE(eventually([&] { return witness().closes() == 1; }));
}

TEST_F(WebSocketTest, SaysGoodbyeWhenTheServerStops) {
  WsClient client(server_.port());
  ASSERT_FALSE(client.open());
  ASSERT_TRUE(eventually([&] { return witness().peer() != nullptr; }));

  std::thread stopping([&] { server_.listener->stop(Millis{5000}); });
  EXPECT_EQ(client.close_code(), websocket::close_code::going_away);
  stopping.join();

  EXPECT_EQ(witness().closes(), 1);
  EXPECT_EQ(server_.listener->stats().connections, 0U);
}

TEST_F(WebSocketTest, ServesHttpBesideAndAfterRefusingData) {
  RawClient client(server_.port());
  EXPECT_EQ(client.exchange(get_request("/hello"))->status, 200);

  const auto early = client.exchange(
      get_request("/ws?api_key=good",
                  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n") +
      "early");

  ASSERT_TRUE(early);
  EXPECT_EQ(early->status, 400);
}

TEST(WebSockets, AreNotServedWithoutAnAcceptor) {
  HttpServer server;
  WsClient client(server.port());

  EXPECT_EQ(client.open(), websocket::error::upgrade_declined);
  EXPECT_EQ(client.answer.result_int(), 404U);
}

}  // namespace
}  // namespace bot::http
