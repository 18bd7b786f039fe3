#include "server/http/listener.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/unit/server/http/http_server.hpp"

namespace bot::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Listener, AnswersWithTheUsualHeaders) {
  HttpServer server;
  RawClient client(server.port());

  const auto reply = client.exchange(get_request("/hello", "X-Request-Id: mine-1\r\n"));

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, R"({"message":"hello"})");
  EXPECT_EQ(reply->header("Content-Type"), "application/json");
  EXPECT_EQ(reply->header("Content-Length"), "19");
  EXPECT_EQ(reply->header("Server"), "botd");
  EXPECT_EQ(reply->header("X-Request-Id"), "mine-1");
  EXPECT_EQ(reply->header("Date").size(), 29U);
  EXPECT_EQ(reply->header("Connection"), "");
}

TEST(Listener, KnowsThePeer) {
  HttpServer server;
  RawClient client(server.port());

  EXPECT_EQ(client.exchange(get_request("/peer"))->body, "127.0.0.1");
}

TEST(Listener, ServesManyRequestsOnOneConnection) {
  HttpServer server;
  RawClient client(server.port());

  for (int i = 0; i < 50; ++i) {
    const auto body = std::string(static_cast<std::size_t>(i) * 997, 'b');
    const auto reply = client.exchange(post_request("/echo", body));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body, body);
  }
  EXPECT_EQ(server.listener->stats().requests, 50U);
  EXPECT_EQ(server.listener->stats().connections, 1U);
}

TEST(Listener, AnswersPipelinedRequestsInOrder) {
  HttpServer server;
  RawClient client(server.port());
  std::string requests;
  for (int i = 0; i < 100; ++i)
    requests += post_request("/echo", "body " + std::to_string(i));

  client.send(requests);

  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(client.receive()->body, "body " + std::to_string(i));
}

TEST(Listener, TakesRequestsInPieces) {
  HttpServer server;
  RawClient client(server.port());
  const auto request = post_request("/echo", "piece by piece");

  for (const char byte : request)
    ASSERT_TRUE(client.send({&byte, 1}));

  EXPECT_EQ(client.receive()->body, "piece by piece");
}

TEST(Listener, ClosesWhenTheClientAsks) {
  HttpServer server;
  struct Case {
    std::string request;
    std::string connection;
  };
  for (const auto& [request, connection] :
       {Case{get_request("/hello", "Connection: close\r\n"), "close"},
        Case{"GET /hello HTTP/1.0\r\n\r\n", "close"}}) {
    RawClient client(server.port());
    const auto reply = client.exchange(request);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->header("Connection"), connection);
    EXPECT_TRUE(client.is_closed_within(seconds(5)));
  }
}

TEST(Listener, KeepsAnOldClientThatAsks) {
  HttpServer server;
  RawClient client(server.port());

  for (int i = 0; i < 2; ++i) {
    const auto reply = client.exchange("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->header("Connection"), "keep-alive");
  }
}

TEST(Listener, ReadsChunkedBodies) {
  HttpServer server;
  RawClient client(server.port());
  const std::string head = "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n";

  EXPECT_EQ(
      client.exchange(head + "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: 1\r\n\r\n")->body,
      "hello world");
  EXPECT_EQ(client.exchange(head + "0\r\n\r\n")->body, "");
}

TEST(Listener, InvitesABodyThatWaits) {
  HttpServer server;
  RawClient client(server.port());

  const auto go_on = client.exchange(
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(go_on);
  EXPECT_EQ(go_on->status, 100);
  EXPECT_EQ(client.exchange("body")->body, "body");
}

TEST(Listener, ServesHeadWithoutABody) {
  HttpServer server;
  RawClient client(server.port());

  const auto reply = client.exchange("HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\n", "HEAD");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->header("Content-Length"), "19");
  EXPECT_EQ(client.exchange(get_request("/hello"))->status, 200);
}

TEST(Listener, SendsNoBodyWithNoContent) {
  HttpServer server;
  RawClient client(server.port());

  const auto reply = client.exchange("DELETE /gone HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 204);
  EXPECT_EQ(reply->header("Content-Length"), "");
  EXPECT_EQ(reply->header("Content-Type"), "");
  EXPECT_EQ(client.exchange(get_request("/hello"))->status, 200);
}

TEST(Listener, LetsNoHeaderInThroughAValue) {
  HttpServer server;
  RawClient client(server.port());

  const auto reply = client.exchange(get_request("/injected"));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->header("X-Injected"), "");
  EXPECT_EQ(reply->header("X-Odd"), "aX-Injected: yes");
}

TEST(Listener, AnswersFromAnotherThreadLater) {
  HttpServer server;
  RawClient client(server.port());
  client.send(get_request("/deferred"));
  std::vector<Responder> waiting;
  ASSERT_TRUE(eventually([&] { return !(waiting = server.take_deferred()).empty(); }));

  std::thread([respond = waiting.front()] {
    respond(json_reply(200, "\"at last\""));
    respond(json_reply(500, "\"again\""));
  }).join();

  EXPECT_EQ(client.receive()->body, "\"at last\"");
  EXPECT_EQ(client.exchange(get_request("/hello"))->status, 200);
}

TEST(Listener, AnswersWhenAResponderIsDropped) {
  HttpServer server;
  RawClient client(server.port());
  client.send(get_request("/deferred"));
  ASSERT_TRUE(eventually([&] { return !server.take_deferred().empty(); }));

  const auto reply = client.receive();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 500);
}

TEST(Listener, IgnoresAnswersForClientsThatLeft) {
  HttpServer server;
  std::vector<Responder> waiting;
  {
    RawClient client(server.port());
    client.send(get_request("/deferred"));
    ASSERT_TRUE(eventually([&] { return !(waiting = server.take_deferred()).empty(); }));
  }

  waiting.front()(json_reply(200, "{}"));

  EXPECT_TRUE(eventually([&] { return server.listener->stats().connections == 0; }));
}

TEST(Listener, AnswersKeptBeyondItsEndAreIgnored) {
  std::vector<Responder> waiting;
  {
    HttpServer server;
    RawClient client(server.port());
    client.send(get_request("/deferred"));
    ASSERT_TRUE(eventually([&] { return !(waiting = server.take_deferred()).empty(); }));
    server.listener->stop(Millis{10});
    EXPECT_TRUE(client.is_closed_within(seconds(5)));
    waiting.front()(json_reply(200, "{}"));
  }
}

TEST(Listener, RefusesWhatItCannotQueue) {
  HttpServer server({.workers = 1, .max_queue = 2});
  std::vector<std::unique_ptr<RawClient>> held;
  const auto hold_one = [&] {
    held.push_back(std::make_unique<RawClient>(server.port()));
    held.back()->send(get_request("/wait"));
  };
  hold_one();
  ASSERT_TRUE(eventually([&] { return server.gate.waiting() == 1; }));
  hold_one();
  hold_one();
  ASSERT_TRUE(eventually([&] { return server.listener->stats().queued == 2; }));

  RawClient client(server.port());
  const auto refused = client.exchange(get_request("/hello"));
  server.gate.open();

  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->header("Retry-After"), "1");
  EXPECT_NE(refused->header("X-Request-Id"), "");
  for (const auto& one : held)
    EXPECT_EQ(one->receive()->status, 200);
  EXPECT_EQ(client.exchange(get_request("/hello"))->status, 200);
}

TEST(Listener, TurnsAwayConnectionsOverItsLimit) {
  HttpServer server({.max_connections = 2});
  RawClient first(server.port());
  RawClient second(server.port());
  ASSERT_TRUE(first.exchange(get_request("/hello")));
  ASSERT_TRUE(second.exchange(get_request("/hello")));

  RawClient third(server.port());
  const auto refused = third.receive();

  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_TRUE(third.is_closed_within(seconds(5)));
  EXPECT_EQ(first.exchange(get_request("/hello"))->status, 200);
}

TEST(Listener, FinishesRequestsInFlightWhenItStops) {
  HttpServer server;
  RawClient busy(server.port());
  RawClient idle(server.port());
  RawClient half(server.port());
  ASSERT_TRUE(idle.exchange(get_request("/hello")));
  half.send("GET /hello HTTP/1.1\r\nHo");
  busy.send(get_request("/wait"));
  ASSERT_TRUE(eventually([&] { return server.gate.waiting() == 1; }));

  std::thread stopping([&] { server.listener->stop(Millis{20'000}); });
  EXPECT_TRUE(idle.is_closed_within(seconds(5)));
  EXPECT_TRUE(half.is_closed_within(seconds(5)));
  EXPECT_TRUE(eventually([&] { return !RawClient(server.port()).is_connected(); }));
  server.gate.open();
  const auto reply = busy.receive();
  stopping.join();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->header("Connection"), "close");
  EXPECT_EQ(server.listener->stats().connections, 0U);
}

TEST(Listener, ClosesAtOnceAndLetsRequestsInFlightGoOn) {
  HttpServer server;
  RawClient busy(server.port());
  RawClient idle(server.port());
  ASSERT_TRUE(idle.exchange(get_request("/hello")));
  busy.send(get_request("/wait"));
  ASSERT_TRUE(eventually([&] { return server.gate.waiting() == 1; }));

  server.listener->close();

  EXPECT_TRUE(idle.is_closed_within(seconds(5)));
  EXPECT_TRUE(eventually([&] { return !RawClient(server.port()).is_connected(); }));
  server.gate.open();
  const auto reply = busy.receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  server.listener->stop(Millis{5'000});
  EXPECT_EQ(server.listener->stats().connections, 0U);
}

TEST(Listener, CutsWhatOutlastsTheGrace) {
  HttpServer server;
  RawClient client(server.port());
  client.send(get_request("/deferred"));
  std::vector<Responder> waiting;
  ASSERT_TRUE(eventually([&] { return !(waiting = server.take_deferred()).empty(); }));

  server.listener->stop(Millis{50});

  EXPECT_TRUE(client.is_closed_within(seconds(5)));
  EXPECT_EQ(server.listener->stats().connections, 0U);
}

TEST(Listener, SaysWhyItCannotListen) {
  HttpServer server;

  const auto taken = Listener::open({.port = server.port()}, *server.dispatcher);
  const auto foreign = Listener::open({.host = "192.0.2.1"}, *server.dispatcher);

  ASSERT_FALSE(taken);
  EXPECT_EQ(
      taken.error().message,
      "cannot listen on 127.0.0.1:" + std::to_string(server.port()) + ": Address already in use");
  EXPECT_NE(taken.error().hint, "");
  ASSERT_FALSE(foreign);
  EXPECT_NE(foreign.error().message.find("192.0.2.1"), std::string::npos);
}

TEST(Listener, ListensOnANameAndOnIpv6) {
  HttpServer server;

  EXPECT_TRUE(Listener::open({.host = "localhost"}, *server.dispatcher));
  const auto v6 = Listener::open({.host = "::1"}, *server.dispatcher);
  EXPECT_TRUE(v6 || v6.error().message.starts_with("cannot listen on [::1]:0: "));
}

TEST(Listener, SurvivesRunningOutOfDescriptors) {
  HttpServer server;
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  std::vector<std::unique_ptr<RawClient>> clients;
  clients.push_back(std::make_unique<RawClient>(server.port()));
  ASSERT_TRUE(clients.back()->exchange(get_request("/hello")));
  rlimit tight = before;
  tight.rlim_cur = 64;
  ::setrlimit(RLIMIT_NOFILE, &tight);
  while (clients.back()->is_connected())
    clients.push_back(std::make_unique<RawClient>(server.port()));

  EXPECT_EQ(clients.front()->exchange(get_request("/hello"))->status, 200);
  ::setrlimit(RLIMIT_NOFILE, &before);

  RawClient late(server.port());
  EXPECT_EQ(late.exchange(get_request("/hello"))->status, 200);
}

}  // namespace
}  // namespace bot::http
