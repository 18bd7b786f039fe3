// TLS on a listener's port, spoken by OpenSSL's own client over a real socket.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <deque>

#include "server/http/tls.hpp"
#include "tests/fakes/client/certificate.hpp"
#include "tests/unit/server/http/http_server.hpp"
#include "tests/unit/server/http/tls_client.hpp"

namespace bot::http {
namespace {

using client::Certificate;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

std::shared_ptr<const TlsIdentity> identity_of(const Certificate& certificate) {
  return *TlsIdentity::make({.chain = certificate.pem(), .key = certificate.key_pem()});
}

class TlsListener : public testing::Test {
 protected:
  ListenerOptions options() const { return {.tls = keeper_}; }

  Certificate certificate_{"IP:127.0.0.1,DNS:bots.example"};
  std::shared_ptr<TlsKeeper> keeper_ = std::make_shared<TlsKeeper>(identity_of(certificate_));
};

TEST_F(TlsListener, ServesOverBothVersions) {
  HttpServer server(options());
  for (const auto& [version, name] :
       {std::pair{TLS1_2_VERSION, "TLSv1.2"}, std::pair{TLS1_3_VERSION, "TLSv1.3"}}) {
    TlsClient client(server.port(), {.version = version});
    ASSERT_TRUE(client.is_connected()) << name;
    EXPECT_EQ(client.version(), name);
    for (int i = 0; i < 3; ++i) {
      const auto reply = client.exchange(get_request("/hello"));
      ASSERT_TRUE(reply);
      EXPECT_EQ(reply->status, 200);
      EXPECT_EQ(reply->body, R"({"message":"hello"})");
    }
  }
}

TEST_F(TlsListener, RefusesOlderVersions) {
  HttpServer server(options());
  EXPECT_FALSE(TlsClient(server.port(), {.version = TLS1_VERSION}).is_connected());
  EXPECT_FALSE(TlsClient(server.port(), {.version = TLS1_1_VERSION}).is_connected());
}

TEST_F(TlsListener, ChoosesItsProtocolAndNoOther) {
  HttpServer server(options());
  const TlsClient ours(server.port(), {.alpn = "http/1.1"});
  EXPECT_TRUE(ours.is_connected());
  EXPECT_EQ(ours.protocol(), "http/1.1");
  EXPECT_FALSE(TlsClient(server.port(), {.alpn = "h2"}).is_connected());
}

TEST_F(TlsListener, CarriesLargeBodiesBothWays) {
  HttpServer server(options());
  TlsClient client(server.port());
  const std::string body(std::size_t{1} << 20, 'b');

  const auto echoed = client.exchange(post_request("/echo", body));
  ASSERT_TRUE(echoed);
  EXPECT_EQ(echoed->body, body);
  const auto large = client.exchange(get_request("/large"));
  ASSERT_TRUE(large);
  EXPECT_EQ(large->body.size(), std::size_t{8} << 20);
}

TEST_F(TlsListener, SaysWhenNothingFollows) {
  HttpServer server(options());
  TlsClient client(server.port());
  const auto last = client.exchange(get_request("/hello", "Connection: close\r\n"));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->header("Connection"), "close");
  EXPECT_TRUE(client.ends_properly());
}

TEST_F(TlsListener, LetsARefusedClientReadTheAnswer) {
  auto small = options();
  small.max_body = 1024;
  HttpServer server(small);
  TlsClient client(server.port());
  const auto refused = client.exchange(post_request("/echo", std::string(200'000, 'b')));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 413);
}

TEST_F(TlsListener, TellsAPlainClientToUseHttps) {
  HttpServer server(options());
  for (const auto* request : {"GET /hello HTTP/1.1\r\nHost: t\r\n\r\n",
                              "DELETE /gone HTTP/1.1\r\nHost: t\r\n\r\n",
                              "nonsense\r\n"}) {
    RawClient client(server.port());
    const auto reply = client.exchange(request);
    ASSERT_TRUE(reply) << request;
    EXPECT_EQ(reply->status, 400);
    EXPECT_NE(reply->body.find("https://"), std::string::npos) << reply->body;
    client.finish_sending();
    EXPECT_TRUE(client.is_closed_within(seconds(5)));
  }
}

TEST(PlainListener, EndsATlsClientAtOnce) {
  HttpServer server;
  const auto begun = steady_clock::now();
  EXPECT_FALSE(TlsClient(server.port()).is_connected());
  EXPECT_LT(steady_clock::now() - begun, seconds(5));
}

TEST_F(TlsListener, EndsWhatIsNoHandshake) {
  HttpServer server(options());
  RawClient client(server.port());
  client.send(std::string_view("\x16\x03\x01\x00\x10nonsensenonsense", 21));
  EXPECT_TRUE(client.is_closed_within(seconds(5)));
  EXPECT_EQ(TlsClient(server.port()).exchange(get_request("/hello"))->status, 200);
}

TEST_F(TlsListener, DropsAHandshakeThatTakesTooLong) {
  auto hasty = options();
  hasty.header_deadline = Millis{300};
  HttpServer server(hasty);
  RawClient silent(server.port());
  RawClient stuck(server.port());
  RawClient dribbling(server.port());
  stuck.send("\x16");

  const auto begun = steady_clock::now();
  bool taken = true;
  while (taken && steady_clock::now() - begun < seconds(5)) {
    taken = dribbling.send("\x16") && !dribbling.is_closed_within(milliseconds(20));
  }

  EXPECT_FALSE(taken);
  EXPECT_TRUE(silent.is_closed_within(seconds(5)));
  EXPECT_TRUE(stuck.is_closed_within(seconds(5)));
  EXPECT_TRUE(eventually([&] { return server.listener->stats().connections == 0; }));
}

TEST_F(TlsListener, ServesBesideHandshakesThatDoNotGoOn) {
  HttpServer server(options());
  std::deque<RawClient> idle;
  for (int i = 0; i < 200; ++i)
    ASSERT_TRUE(idle.emplace_back(server.port()).send(i % 2 == 0 ? "\x16" : "\x16\x03\x01"));
  ASSERT_TRUE(eventually([&] { return server.listener->stats().connections == 200; }));

  const auto begun = steady_clock::now();
  TlsClient client(server.port());
  const auto reply = client.exchange(get_request("/hello"));

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_LT(steady_clock::now() - begun, seconds(5));
}

TEST_F(TlsListener, TurnsAwayWhoComesWhenItIsFull) {
  auto narrow = options();
  narrow.max_connections = 1;
  HttpServer server(narrow);
  TlsClient first(server.port());
  ASSERT_TRUE(first.is_connected());
  EXPECT_FALSE(TlsClient(server.port()).is_connected());
  EXPECT_EQ(first.exchange(get_request("/hello"))->status, 200);
}

TEST_F(TlsListener, ShowsNewConnectionsTheNewCertificateWhileOldOnesGoOn) {
  HttpServer server(options());
  TlsClient before(server.port());
  ASSERT_EQ(before.peer_pem(), certificate_.pem());

  const Certificate fresh("DNS:bots.example");
  keeper_->replace(identity_of(fresh));

  TlsClient after(server.port());
  EXPECT_EQ(after.peer_pem(), fresh.pem());
  EXPECT_EQ(before.exchange(get_request("/hello"))->status, 200);
  EXPECT_EQ(after.exchange(get_request("/hello"))->status, 200);
}

TEST_F(TlsListener, StopsAtOnceWhileHandshakesWait) {
  HttpServer server(options());
  RawClient waiting(server.port());
  waiting.send("\x16");
  TlsClient idle(server.port());
  ASSERT_TRUE(eventually([&] { return server.listener->stats().connections == 2; }));

  const auto begun = steady_clock::now();
  server.listener->stop(Millis{10'000});
  EXPECT_LT(steady_clock::now() - begun, seconds(5));
}

// They are accepted one by one while the listener is told to stop.
TEST_F(TlsListener, StopsAtOnceWhileSilentClientsComeIn) {
  for (int round = 0; round < 5; ++round) {
    auto few = options();
    few.threads = 1;
    HttpServer server;
    auto opened = Listener::open(few, *server.dispatcher);
    ASSERT_TRUE(opened);
    const auto listener = *std::move(opened);
    std::deque<RawClient> silent;
    for (int i = 0; i < 100; ++i)
      ASSERT_TRUE(silent.emplace_back(listener->port()).is_connected());

    const auto begun = steady_clock::now();
    listener->start();
    listener->stop(Millis{9'000});
    ASSERT_LT(steady_clock::now() - begun, seconds(5));
  }
}

}  // namespace
}  // namespace bot::http
