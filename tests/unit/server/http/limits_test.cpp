#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/server/http/http_server.hpp"

namespace bot::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

void expect_refusal(const std::optional<RawReply>& reply, int status, const std::string& what) {
  ASSERT_TRUE(reply) << what;
  EXPECT_EQ(reply->status, status) << what;
  EXPECT_EQ(reply->header("Connection"), "close") << what;
  EXPECT_NE(reply->header("X-Request-Id"), "") << what;
  const auto body = nlohmann::json::parse(reply->body, nullptr, false);
  EXPECT_TRUE(body.is_object() && body.contains("detail")) << what << ": " << reply->body;
}

TEST(HttpLimits, AnswersBadRequestsAndCloses) {
  HttpServer server;
  const std::string host = "Host: t\r\n";
  const std::string post = "POST /echo HTTP/1.1\r\n" + host;
  for (const auto& request : {
           std::string("GET /hello\r\n\r\n"),
           std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15),
           std::string("hello there\r\n\r\n"),
           std::string("GET /hello HTTP/2.0\r\n\r\n"),
           std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
           std::string("GET  /hello HTTP/1.1\r\n") + host + "\r\n",
           std::string("GET /he llo HTTP/1.1\r\n") + host + "\r\n",
           std::string("GET /hello HTTP/1.1\r\n\r\n"),
           std::string("GET /hello HTTP/1.1\r\n") + host + host + "\r\n",
           std::string("GET /hello HTTP/1.1\r\n") + host + "No colon\r\n\r\n",
           std::string("GET /hello HTTP/1.1\r\n") + host + "Space : x\r\n\r\n",
           std::string("GET /hello HTTP/1.1\r\n") + host + std::string("Nul: a\0b\r\n\r\n", 12),
           std::string("GET /hel\0lo HTTP/1.1\r\n\r\n", 24),
           post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: gzip\r\n\r\nabc",
           post + "Transfer-Encoding: chunked\r\n\r\nnot a size\r\n",
           post + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
           post + "Content-Length: -1\r\n\r\n",
           post + "Content-Length: 1x\r\n\r\n",
           post + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
           std::string("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
       }) {
    RawClient client(server.port());
    expect_refusal(client.exchange(request), 400, request);
    EXPECT_TRUE(client.is_closed_within(seconds(5))) << request;
  }
  EXPECT_EQ(RawClient(server.port()).exchange(get_request("/hello"))->status, 200);
}

TEST(HttpLimits, AnswersGarbageAfterAPipelinedRequest) {
  HttpServer server;
  RawClient client(server.port());

  client.send(get_request("/hello") + "\x01\x02\x03garbage\r\n\r\n");

  EXPECT_EQ(client.receive()->status, 200);
  expect_refusal(client.receive(), 400, "garbage");
  EXPECT_TRUE(client.is_closed_within(seconds(5)));
}

TEST(HttpLimits, LetsTheClientOfAHugeBodyReadTheRefusal) {
  HttpServer server;
  RawClient client(server.port());
  const std::string body(std::size_t{20} << 20, 'x');

  EXPECT_TRUE(client.send(post_request("/echo", body)));

  expect_refusal(client.receive(), 413, "20 MB");
  client.finish_sending();
  EXPECT_TRUE(client.is_closed_within(seconds(5)));
}

TEST(HttpLimits, RefusesAChunkedBodyThatGrowsTooLarge) {
  HttpServer server({.max_body = 1000});
  RawClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 3; ++i)
    client.send("190\r\n" + std::string(400, 'x') + "\r\n");

  expect_refusal(client.receive(), 413, "chunked");
}

TEST(HttpLimits, DoesNotInviteABodyItWouldRefuse) {
  HttpServer server;
  RawClient client(server.port());

  const auto reply = client.exchange(
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 20000000\r\nExpect: 100-continue\r\n\r\n");

  expect_refusal(reply, 413, "20 MB announced");
}

TEST(HttpLimits, TakesABodyOfExactlyTheLimit) {
  HttpServer server;
  RawClient client(server.port());
  const std::string body(std::size_t{1} << 20, 'x');

  EXPECT_EQ(client.exchange(post_request("/echo", body))->body, body);
  expect_refusal(client.exchange(post_request("/echo", body + "x")), 413, "one more");
}

TEST(HttpLimits, LetsTheClientOfHugeHeadersReadTheRefusal) {
  HttpServer server;
  const std::string header = "X-Filler: " + std::string(1000, 'f') + "\r\n";
  std::string request = "GET /hello HTTP/1.1\r\nHost: t\r\n";
  while (request.size() < std::size_t{10} << 20)
    request += header;
  RawClient client(server.port());

  EXPECT_TRUE(client.send(request + "\r\n"));

  expect_refusal(client.receive(), 431, "10 MB of headers");
}

TEST(HttpLimits, RefusesOneEndlessHeader) {
  HttpServer server;
  RawClient client(server.port());

  client.send("GET /hello HTTP/1.1\r\nHost: t\r\nX-Long: " + std::string(100'000, 'f'));

  expect_refusal(client.receive(), 431, "one header");
}

TEST(HttpLimits, RefusesLongTargets) {
  HttpServer server;

  for (const std::size_t length : {9'000U, 31'000U, 100'000U}) {
    RawClient client(server.port());
    const auto reply = client.exchange(get_request("/" + std::string(length, 'a')));
    expect_refusal(reply, 414, std::to_string(length));
  }
  RawClient client(server.port());
  EXPECT_EQ(client.exchange(get_request("/" + std::string(8'000, 'a')))->status, 404);
}

TEST(HttpLimits, RecordsRefusalsWithoutSecrets) {
  HttpServer server({.max_body = 10});
  RawClient client(server.port());
  client.exchange(post_request("/echo?api_key=s3cr3t", std::string(100, 'x')));

  const auto records = server.records();

  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].status, 413);
  EXPECT_EQ(records[0].target, "/echo?api_key=***");
  EXPECT_EQ(records[0].peer_address, "127.0.0.1");
}

// Sends one byte a while until the server has had enough; false when it never has.
bool is_dropped_while_dribbling(RawClient& client, std::string_view bytes) {
  for (const char byte : bytes) {
    if (!client.send({&byte, 1})) return true;
    if (client.is_closed_within(milliseconds(20))) return true;
  }
  return false;
}

TEST(HttpDeadlines, DropAClientThatDribblesItsHead) {
  HttpServer server({.header_deadline = Millis{200}});
  RawClient client(server.port());

  EXPECT_TRUE(is_dropped_while_dribbling(client, get_request("/" + std::string(400, 'a'))));
}

TEST(HttpDeadlines, DropAClientThatDribblesItsBody) {
  HttpServer server({.body_deadline = Millis{200}});
  RawClient client(server.port());

  EXPECT_TRUE(is_dropped_while_dribbling(client, post_request("/echo", std::string(400, 'a'))));
}

TEST(HttpDeadlines, CloseAnIdleConnection) {
  HttpServer server({.idle_deadline = Millis{200}});
  RawClient fresh(server.port());
  RawClient used(server.port());
  ASSERT_TRUE(used.exchange(get_request("/hello")));

  EXPECT_TRUE(fresh.is_closed_within(seconds(5)));
  EXPECT_TRUE(used.is_closed_within(seconds(5)));
}

TEST(HttpDeadlines, DropAClientThatDoesNotRead) {
  HttpServer server({.write_deadline = Millis{200}});
  RawClient client(server.port());
  client.shrink_receive_buffer();

  client.send(get_request("/large") + get_request("/large"));

  EXPECT_TRUE(eventually([&] { return server.listener->stats().connections == 1; }));
  EXPECT_TRUE(eventually([&] { return server.listener->stats().connections == 0; }));
}

TEST(HttpDeadlines, DoNotCountWhileTheHandlerWorks) {
  HttpServer server({.header_deadline = Millis{50},
                     .body_deadline = Millis{50},
                     .idle_deadline = Millis{50},
                     .write_deadline = Millis{50}});
  RawClient client(server.port());
  client.send(get_request("/wait"));
  ASSERT_TRUE(eventually([&] { return server.gate.waiting() == 1; }));

  EXPECT_FALSE(client.is_closed_within(milliseconds(500)));
  server.gate.open();

  EXPECT_EQ(client.receive()->status, 200);
}

TEST(HttpDeadlines, HalfSentRequestsDelayNobody) {
  HttpServer server({.header_deadline = Millis{1000}});
  std::vector<std::unique_ptr<RawClient>> halves;
  for (int i = 0; i < 200; ++i) {
    halves.push_back(std::make_unique<RawClient>(server.port()));
    halves.back()->send("GET /hello HTTP/1.1\r\nHost: t");
  }

  const auto begun = std::chrono::steady_clock::now();
  RawClient client(server.port());
  EXPECT_EQ(client.exchange(get_request("/hello"))->status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds(800));

  for (const auto& half : halves)
    EXPECT_TRUE(half->is_closed_within(seconds(10)));
}

TEST(HttpDeadlines, DrainOnlyForAWhile) {
  HttpServer server({.drain = Millis{100}});
  RawClient client(server.port());
  client.send("broken\r\n\r\n");

  expect_refusal(client.receive(), 400, "broken");
  EXPECT_TRUE(eventually([&] { return server.listener->stats().connections == 0; }));
}

TEST(Limits, ConnectionsLeaveDescriptorsForOthers) {
  EXPECT_EQ(connections_within(1024, 20'000), 768U);
  EXPECT_EQ(connections_within(1'000'000, 20'000), 20'000U);
}

}  // namespace
}  // namespace bot::http
