#include "client/http/curl_transport.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "tests/fakes/client/loopback_server.hpp"

namespace bot::client {
namespace {

using Then = LoopbackServer::Then;

constexpr Millis soon{5'000};
constexpr Millis very_soon{200};

class CurlTransportTest : public testing::Test {
 protected:
  Result<HttpResponse> send(const HttpRequest& request, Millis deadline = soon) {
    return make_curl_transport(server.origin())->send(request, deadline);
  }

  Error error_of(LoopbackServer::Answer answer, Millis deadline = soon) {
    server.script(std::move(answer));
    auto result = send({.target = "/x"}, deadline);
    if (result) {
      ADD_FAILURE() << "answered " << result->status;
      return {};
    }
    return result.error();
  }

  std::string where() const { return "127.0.0.1:" + std::to_string(server.port()); }

  LoopbackServer server;
};

TEST_F(CurlTransportTest, ARequestArrivesAsItWasGiven) {
  const HttpRequest request{.method = "PUT",
                            .target = "/bots/zoom/../%2F?x=1",
                            .headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}},
                            .body = std::string("a\0b", 3)};
  ASSERT_TRUE(send(request).has_value());
  const auto arrived = server.requests().at(0);
  EXPECT_TRUE(arrived.starts_with("PUT /bots/zoom/../%2F?x=1 HTTP/1.1\r\n")) << arrived;
  EXPECT_NE(arrived.find("\r\nContent-Type: application/json\r\n"), std::string::npos);
  EXPECT_NE(arrived.find("\r\nX-Empty:\r\n"), std::string::npos);
  EXPECT_NE(arrived.find("\r\nContent-Length: 3\r\n"), std::string::npos);
  EXPECT_EQ(arrived.find("Expect"), std::string::npos);
  EXPECT_TRUE(arrived.ends_with(std::string("\r\n\r\na\0b", 7)));
}

TEST_F(CurlTransportTest, APostWithoutABodySaysSo) {
  ASSERT_TRUE(send({.method = "POST", .target = "/x"}).has_value());
  const auto arrived = server.requests().at(0);
  EXPECT_NE(arrived.find("\r\nContent-Length: 0\r\n"), std::string::npos) << arrived;
  EXPECT_EQ(arrived.find("Content-Type"), std::string::npos) << arrived;
}

TEST_F(CurlTransportTest, ADeleteHasNoBody) {
  ASSERT_TRUE(send({.method = "DELETE", .target = "/x"}).has_value());
  EXPECT_TRUE(server.requests().at(0).starts_with("DELETE /x HTTP/1.1\r\n"));
  EXPECT_EQ(server.requests().at(0).find("Content-Length"), std::string::npos);
}

TEST_F(CurlTransportTest, ThePathPrefixOfTheOriginIsKept) {
  ASSERT_TRUE(
      make_curl_transport(server.origin() + "/api/v1/")->send({.target = "/x"}, soon).has_value());
  EXPECT_TRUE(server.requests().at(0).starts_with("GET /api/v1/x HTTP/1.1\r\n"));
}

TEST_F(CurlTransportTest, AnyStatusIsAnAnswer) {
  server.script(
      {.bytes = LoopbackServer::http(503, "{}", "application/json", "Retry-After: 3\r\n")});
  const auto answer = send({.target = "/x"});
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->header("retry-after"), "3");
  EXPECT_EQ(answer->body, "{}");
}

TEST_F(CurlTransportTest, ARedirectIsNotFollowed) {
  server.script({.bytes = LoopbackServer::http(
                     307, "", "text/plain", "Location: " + server.origin() + "/y\r\n")});
  EXPECT_EQ(send({.target = "/x"})->status, 307);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(CurlTransportTest, HeadersOfAnInterimAnswerAreNotMixedIn) {
  server.script(
      {.bytes = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + LoopbackServer::http(200, "{}")});
  const auto answer = send({.target = "/x"});
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->header("Link"), "");
}

TEST_F(CurlTransportTest, ConnectionsAreReused) {
  const auto transport = make_curl_transport(server.origin());
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(transport->send({.target = "/x"}, soon).has_value());
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlTransportTest, ThreadsShareOneTransport) {
  const auto transport = make_curl_transport(server.origin());
  std::atomic<int> answered = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      // The server takes one connection at a time, so each says that it is the last there.
      const HttpRequest request{.target = "/x", .headers = {{"Connection", "close"}}};
      server.script({.bytes = LoopbackServer::http(200, "{}"), .then = Then::close});
      answered += transport->send(request, soon).has_value() ? 1 : 0;
    });
  }
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(answered, 4);
}

TEST_F(CurlTransportTest, ASlowServerIsATimeoutThatMayHaveActed) {
  const auto error = error_of({.bytes = "", .then = Then::hang}, very_soon);
  EXPECT_EQ(error.code, Errc::timeout);
  EXPECT_EQ(error.message, where() + " gave no answer within 200ms");
  EXPECT_TRUE(error.outcome_unknown);
  EXPECT_FALSE(error.hint.empty());
}

TEST_F(CurlTransportTest, ADribbledBodyDoesNotOutliveTheDeadline) {
  const auto error =
      error_of({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", .then = Then::hang},
               very_soon);
  EXPECT_EQ(error.code, Errc::timeout);
}

TEST_F(CurlTransportTest, AConnectionClosedWithoutAnAnswerIsToldAsSuch) {
  const auto error = error_of({.bytes = "", .then = Then::close});
  EXPECT_EQ(error.code, Errc::unreachable);
  EXPECT_EQ(error.message, where() + " closed the connection without an answer");
  EXPECT_TRUE(error.outcome_unknown);
}

TEST_F(CurlTransportTest, AnAnswerCutInTheMiddleIsToldAsSuch) {
  const auto error = error_of(
      {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", .then = Then::close});
  EXPECT_EQ(error.code, Errc::protocol);
  EXPECT_EQ(error.message, where() + " closed the connection in the middle of its answer");
  EXPECT_TRUE(error.outcome_unknown);
}

TEST_F(CurlTransportTest, GarbageIsNotHttp) {
  const auto error = error_of({.bytes = "\x16\x03\x01 garbage\r\n\r\n", .then = Then::close});
  EXPECT_EQ(error.code, Errc::unreachable);
  EXPECT_EQ(error.message, where() + " does not speak HTTP");
}

TEST_F(CurlTransportTest, AnEndlessBodyIsCutOff) {
  CurlOptions options;
  options.longest_body = 10;
  const auto transport = make_curl_transport(server.origin(), options);
  server.script({.bytes = LoopbackServer::http(200, std::string(10, 'x'))});
  EXPECT_TRUE(transport->send({.target = "/x"}, soon).has_value());
  server.script({.bytes = LoopbackServer::http(200, std::string(11, 'x'))});
  const auto error = transport->send({.target = "/x"}, soon).error();
  EXPECT_EQ(error.code, Errc::protocol);
  EXPECT_EQ(error.message, "the answer of " + where() + " is too large");
}

TEST_F(CurlTransportTest, EndlessHeadersAreCutOff) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 5'000; ++i)
    head += "X-" + std::to_string(i) + ": " + std::string(60, 'x') + "\r\n";
  EXPECT_EQ(error_of({.bytes = head + "\r\n", .then = Then::close}).code, Errc::protocol);
}

TEST_F(CurlTransportTest, TlsWithAServerThatSpeaksNoneIsToldAsSuch) {
  const auto error =
      make_curl_transport("https://" + where())->send({.target = "/x"}, soon).error();
  EXPECT_EQ(error.code, Errc::unreachable);
  EXPECT_TRUE(error.message.starts_with("TLS with " + where() + " failed: ")) << error.message;
  EXPECT_FALSE(error.outcome_unknown);
}

TEST_F(CurlTransportTest, ARequestThatHttpDoesNotAllowIsNotSent) {
  const std::vector<HttpRequest> bad{
      {.target = "/x\r\nX-Evil: 1"},
      {.target = "no-slash"},
      {.target = "/a b"},
      {.method = "GET /y", .target = "/x"},
      {.target = "/x", .headers = {{"X-API-Key", "key\n"}}},
      {.target = "/x", .headers = {{"X Y", "z"}}},
  };
  for (const auto& request : bad) {
    const auto result = send(request);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, Errc::invalid_argument);
    EXPECT_EQ(result.error().message.find('\n'), std::string::npos);
  }
  EXPECT_EQ(server.requests().size(), 0U);
}

TEST_F(CurlTransportTest, AnInterruptEndsATransfer) {
  CurlOptions options;
  options.cancelled = [] { return true; };
  server.script({.bytes = "", .then = Then::hang});
  const auto error =
      make_curl_transport(server.origin(), options)->send({.target = "/x"}, soon).error();
  EXPECT_EQ(error.code, Errc::cancelled);
}

TEST_F(CurlTransportTest, AProxyOfTheEnvironmentIsNotUsedForLoopback) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  const auto answer = send({.target = "/x"});
  unsetenv("http_proxy");
  EXPECT_TRUE(answer.has_value());
}

TEST_F(CurlTransportTest, AProxyOfTheEnvironmentIsUsedForOthers) {
  setenv("http_proxy", server.origin().c_str(), 1);
  const auto answer =
      make_curl_transport("http://bots.example.invalid")->send({.target = "/x"}, soon);
  unsetenv("http_proxy");
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_TRUE(server.requests().at(0).starts_with("GET http://bots.example.invalid/x "))
      << server.requests().at(0);
}

TEST(CurlTransport, AClosedPortIsRefusedAndNothingWasSent) {
  const auto error =
      make_curl_transport("http://127.0.0.1:1")->send({.target = "/x"}, soon).error();
  EXPECT_EQ(error.code, Errc::unreachable);
  EXPECT_EQ(error.message, "no connection to 127.0.0.1:1: Connection refused");
  EXPECT_FALSE(error.outcome_unknown);
}

TEST(CurlTransport, AnUnknownHostIsNamed) {
  const auto error =
      make_curl_transport("http://no-such-host.invalid:8056")->send({.target = "/x"}, soon).error();
  EXPECT_EQ(error.code, Errc::unreachable);
  EXPECT_EQ(error.message,
            "the host name no-such-host.invalid of no-such-host.invalid:8056 cannot be resolved");
  EXPECT_FALSE(error.outcome_unknown);
}

TEST(CurlTransport, AKeyIsNotSentInClearBeyondLoopback) {
  const HttpRequest request{.target = "/x", .headers = {{"X-API-Key", "k"}}};
  const auto refused =
      make_curl_transport("http://no-such-host.invalid")->send(request, soon).error();
  EXPECT_EQ(refused.code, Errc::invalid_argument);
  CurlOptions allowed;
  allowed.cleartext_keys = CleartextKeys::allowed;
  const auto tried =
      make_curl_transport("http://no-such-host.invalid", allowed)->send(request, soon).error();
  EXPECT_EQ(tried.code, Errc::unreachable);
}

TEST(CurlTransport, ABadOriginIsToldByEachSend) {
  const auto transport = make_curl_transport("localhost:8056");
  EXPECT_EQ(transport->send({.target = "/x"}, soon).error().code, Errc::invalid_argument);
  EXPECT_EQ(transport->send({.target = "/x"}, soon).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace bot::client
