#include "server/webhooks/sender.hpp"

#include <gtest/gtest.h>

#include "server/webhooks/signature.hpp"
#include "tests/fakes/client/loopback_server.hpp"

namespace bot::webhooks {
namespace {

using client::LoopbackServer;

SenderOptions local() {
  SenderOptions options;
  options.private_targets = PrivateTargets::allowed;
  options.timeout = Millis{3000};
  return options;
}

Post event(const std::string& url) {
  return {url, R"({"event_id":"evt_1"})", "whsec_secret", "evt_1", 1700000000};
}

TEST(WebhookSender, SignsWhatItSends) {
  LoopbackServer receiver;
  receiver.script({LoopbackServer::http(204, "")});
  const auto answer = post(event(receiver.origin() + "/hook?x=1"), local());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 204);
  const auto requests = receiver.requests();
  ASSERT_EQ(requests.size(), 1U);
  const std::string& request = requests[0];
  EXPECT_TRUE(request.starts_with("POST /hook?x=1 HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("X-Webhook-Id: evt_1\r\n"), std::string::npos);
  EXPECT_NE(request.find("X-Webhook-Timestamp: 1700000000\r\n"), std::string::npos);
  EXPECT_NE(request.find("X-Webhook-Signature: " +
                         sign("whsec_secret", 1700000000, R"({"event_id":"evt_1"})")),
            std::string::npos);
  EXPECT_NE(request.find("Content-Type: application/json\r\n"), std::string::npos);
  EXPECT_TRUE(request.ends_with(R"({"event_id":"evt_1"})"));
  EXPECT_EQ(request.find("whsec_secret"), std::string::npos);
}

TEST(WebhookSender, DoesNotFollowARedirect) {
  LoopbackServer elsewhere;
  LoopbackServer receiver;
  receiver.script(
      {LoopbackServer::http(307, "", "text/plain", "Location: " + elsewhere.origin() + "/\r\n")});
  const auto answer = post(event(receiver.origin() + "/"), local());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 307);
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST(WebhookSender, DoesNotConnectToAPrivateAddress) {
  LoopbackServer receiver;
  SenderOptions strict = local();
  strict.private_targets = PrivateTargets::refused;
  const std::string port = std::to_string(receiver.port());
  for (const auto& host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"}) {
    const auto answer = post(event("http://" + std::string(host) + ":" + port + "/"), strict);
    ASSERT_FALSE(answer) << host;
    EXPECT_EQ(answer.error().code, Errc::forbidden);
    EXPECT_EQ(answer.error().message.find("whsec"), std::string::npos);
  }
  EXPECT_EQ(receiver.connections(), 0);
}

// To the library "name." is another name than "name": it would look it up a second time, and a name
// server under the user's control would now give an address of this network.
TEST(WebhookSender, ConnectsToTheCheckedAddressOfANameWithADotAtItsEnd) {
  LoopbackServer receiver;
  const auto answer =
      post(event("http://127.0.0.1.:" + std::to_string(receiver.port()) + "/"), local());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
}

TEST(WebhookSender, IgnoresAProxyOfTheEnvironment) {
  LoopbackServer proxy;
  LoopbackServer receiver;
  ::setenv("http_proxy", proxy.origin().c_str(), 1);
  const auto answer = post(event(receiver.origin() + "/"), local());
  ::unsetenv("http_proxy");
  EXPECT_TRUE(answer);
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(WebhookSender, ReadsRetryAfter) {
  LoopbackServer receiver;
  receiver.script({LoopbackServer::http(503, "", "text/plain", "Retry-After: 7\r\n")});
  const auto answer = post(event(receiver.origin() + "/"), local());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->retry_after, Millis{7000});
}

TEST(WebhookSender, ReadsOnlySoMuchOfAnAnswer) {
  LoopbackServer receiver;
  receiver.script({LoopbackServer::http(200, std::string(1 << 20, 'x'))});
  const auto answer = post(event(receiver.origin() + "/"), local());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
}

TEST(WebhookSender, SilenceIsATimeout) {
  LoopbackServer receiver;
  receiver.script({"", LoopbackServer::Then::hang});
  SenderOptions hasty = local();
  hasty.timeout = Millis{200};
  const auto answer = post(event(receiver.origin() + "/"), hasty);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::timeout);
}

TEST(WebhookSender, NobodyThereIsUnreachable) {
  std::string gone;
  {
    LoopbackServer receiver;
    gone = receiver.origin();
  }
  const auto answer = post(event(gone + "/"), local());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unreachable);
}

}  // namespace
}  // namespace bot::webhooks
