#include "client/client.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "client/health.hpp"
#include "client/ops/all.hpp"
#include "tests/fakes/client/scripted_transport.hpp"

namespace bot::client {
namespace {

constexpr const char* user_key = "user-key-0123456789";
constexpr const char* admin_key = "admin-key-0123456789";
constexpr const char* user_json = R"({"id":3,"email":"a@x.org","max_concurrent_bots":2})";

Error no_connection() {
  return Error{.code = Errc::unreachable, .message = "refused"};
}

class ClientTest : public testing::Test {
 protected:
  ClientOptions options() {
    return ClientOptions{.server = "http://bots.test:8056/",
                         .api_key = user_key,
                         .admin_key = admin_key,
                         .observer = [this](const Exchange& seen) { exchanges.push_back(seen); },
                         .pause = [this](Millis delay) { pauses.push_back(delay); }};
  }

  Client client() { return {transport, options()}; }

  std::shared_ptr<ScriptedTransport> transport = std::make_shared<ScriptedTransport>();
  std::vector<Exchange> exchanges;
  std::vector<Millis> pauses;
};

TEST_F(ClientTest, EachOperationSendsTheKeyOfItsAccessAndNoOther) {
  transport->answer(200, R"({"meetings":[]})").answer(200, "[]").answer(200, R"({"status":"ok"})");
  EXPECT_TRUE(client().run(ListBots{}).has_value());
  EXPECT_TRUE(client().run(ListUsers{}).has_value());
  EXPECT_TRUE(client().run(GetHealth{}).has_value());
  const auto sent = transport->sent();
  EXPECT_EQ(sent[0].header("X-API-Key"), user_key);
  EXPECT_EQ(sent[0].header("X-Admin-API-Key"), "");
  EXPECT_EQ(sent[1].header("X-API-Key"), "");
  EXPECT_EQ(sent[1].header("X-Admin-API-Key"), admin_key);
  EXPECT_EQ(sent[2].header("X-API-Key") + sent[2].header("X-Admin-API-Key"), "");
}

TEST_F(ClientTest, WhoAmIAsksWithTheUsersKeyOrElseTheAdmins) {
  transport->always("GET /auth/me", 200, "{}");
  auto only_admin = options();
  only_admin.api_key = "";
  EXPECT_TRUE(client().run(GetIdentity{}).has_value());
  EXPECT_TRUE(Client(transport, only_admin).run(GetIdentity{}).has_value());
  EXPECT_EQ(transport->sent()[0].header("X-API-Key"), user_key);
  EXPECT_EQ(transport->sent()[1].header("X-Admin-API-Key"), admin_key);
}

TEST_F(ClientTest, AMissingKeyIsToldBeforeAnythingIsSent) {
  const Client keyless(transport, ClientOptions{});
  const auto as_user = keyless.run(ListBots{}).error();
  EXPECT_EQ(as_user.code, Errc::unauthenticated);
  EXPECT_NE(as_user.hint.find("BOTCTL_API_KEY_FILE"), std::string::npos);
  const auto as_admin = keyless.run(ListUsers{}).error();
  EXPECT_EQ(as_admin.code, Errc::unauthenticated);
  EXPECT_NE(as_admin.hint.find("BOTCTL_ADMIN_KEY_FILE"), std::string::npos);
  EXPECT_EQ(keyless.run(GetIdentity{}).error().code, Errc::unauthenticated);
  EXPECT_EQ(transport->sent().size(), 0U);
}

TEST_F(ClientTest, HeadersOfARawRequestAreKept) {
  transport->answer(200, "{}");
  const HttpRequest raw{.method = "POST",
                        .target = "/bots",
                        .headers = {{"x-api-key", "wrong"}, {"idempotency-key", "mine"}},
                        .body = "{broken"};
  EXPECT_TRUE(client().exchange(raw, Access::user).has_value());
  const auto sent = transport->sent()[0];
  EXPECT_EQ(sent.header("X-API-Key"), "wrong");
  EXPECT_EQ(sent.header("Idempotency-Key"), "mine");
  EXPECT_EQ(sent.request.body, "{broken");
}

TEST_F(ClientTest, CreatesCarryAnIdempotencyKeyThatRetriesKeep) {
  transport->fail(no_connection()).answer(201, user_json).answer(201, user_json);
  EXPECT_TRUE(client().run(CreateUser{.email = "a@x.org"}).has_value());
  EXPECT_TRUE(client().run(CreateUser{.email = "a@x.org"}).has_value());
  const auto sent = transport->sent();
  EXPECT_EQ(sent[0].header("Idempotency-Key").size(), 36U);
  EXPECT_EQ(sent[0].header("Idempotency-Key"), sent[1].header("Idempotency-Key"));
  EXPECT_NE(sent[1].header("Idempotency-Key"), sent[2].header("Idempotency-Key"));
}

TEST_F(ClientTest, OtherRequestsCarryNoIdempotencyKey) {
  transport->answer(202, R"({"message":"m"})");
  EXPECT_TRUE(client().run(StopMeeting{.id = 7}).has_value());
  EXPECT_EQ(transport->sent()[0].header("Idempotency-Key"), "");
}

TEST_F(ClientTest, EachCallHasARequestIdOfItsOwn) {
  transport->fail(no_connection()).answer(200, "[]").answer(200, "[]");
  EXPECT_TRUE(client().run(ListUsers{}).has_value());
  EXPECT_TRUE(client().run(ListUsers{}).has_value());
  const auto sent = transport->sent();
  EXPECT_EQ(sent[0].header("X-Request-Id"), sent[1].header("X-Request-Id"));
  EXPECT_NE(sent[1].header("X-Request-Id"), sent[2].header("X-Request-Id"));
  EXPECT_EQ(exchanges[0].request_id, sent[0].header("X-Request-Id"));
}

TEST_F(ClientTest, AReadIsRetriedWithGrowingJitteredPauses) {
  transport->answer(503, "").answer(502, "").answer(200, "[]");
  EXPECT_TRUE(client().run(ListUsers{}).has_value());
  ASSERT_EQ(pauses.size(), 2U);
  EXPECT_GE(pauses[0], Millis{50});
  EXPECT_LE(pauses[0], Millis{100});
  EXPECT_GE(pauses[1], Millis{100});
  EXPECT_LE(pauses[1], Millis{200});
  EXPECT_EQ(exchanges[2].attempt, 3);
}

TEST_F(ClientTest, TheLastRefusalIsToldWhenRetriesAreUsedUp) {
  transport->answer(503, R"({"detail":"one"})").answer(503, R"({"detail":"two"})");
  const auto result = client().run(ListUsers{}, {.retries = 1});
  EXPECT_EQ(result.error().message, "two");
  EXPECT_EQ(result.error().code, Errc::unavailable);
}

TEST_F(ClientTest, AWriteThatMayHaveHappenedIsNotRepeated) {
  auto lost = no_connection();
  lost.outcome_unknown = true;
  transport->fail(lost).answer(503, "");
  EXPECT_TRUE(client().run(CreateUser{.email = "a@x.org"}).error().outcome_unknown);
  EXPECT_EQ(client().run(CreateUser{.email = "a@x.org"}).error().code, Errc::unavailable);
}

TEST_F(ClientTest, RetryAfterIsHonouredWithinTheDeadline) {
  transport->answer(429, "", {{"Retry-After", "2"}}).answer(200, "[]");
  EXPECT_TRUE(client().run(ListUsers{}).has_value());
  EXPECT_EQ(pauses, std::vector<Millis>{Millis{2000}});
}

TEST_F(ClientTest, ARetryThatWouldPassTheDeadlineIsNotWaitedFor) {
  transport->answer(503, R"({"detail":"away"})", {{"Retry-After", "3600"}});
  const auto error = client().run(ListUsers{}).error();
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_EQ(error.retry_after_seconds, 3600);
  EXPECT_TRUE(pauses.empty());
}

TEST_F(ClientTest, TheTransportGetsWhatIsLeftOfTheDeadline) {
  transport->answer(200, "[]").answer(200, "[]");
  EXPECT_TRUE(client().run(ListUsers{}).has_value());
  EXPECT_TRUE(client().run(ListUsers{}, {.timeout = Millis{500}}).has_value());
  const auto sent = transport->sent();
  EXPECT_LE(sent[0].deadline, Millis{30'000});
  EXPECT_GT(sent[0].deadline, Millis{20'000});
  EXPECT_LE(sent[1].deadline, Millis{500});
}

TEST_F(ClientTest, AnInterruptEndsTheCallBetweenAttempts) {
  transport->answer(503, "");
  auto interrupted = options();
  interrupted.cancelled = [this] { return !exchanges.empty(); };
  EXPECT_EQ(Client(transport, interrupted).run(ListUsers{}).error().code, Errc::cancelled);
}

TEST_F(ClientTest, AnErrorSaysWhichRequestItWas) {
  transport->answer(404, R"({"detail":"User not found"})").answer(200, "<html>");
  const auto refused = client().run(GetUser{.id = 9}).error();
  EXPECT_EQ(refused.method, "GET");
  EXPECT_EQ(refused.url, "http://bots.test:8056/admin/users/9");
  EXPECT_EQ(refused.http_status, 404);
  EXPECT_EQ(refused.request_id, transport->sent()[0].header("X-Request-Id"));
  const auto garbled = client().run(GetUser{.id = 9}).error();
  EXPECT_EQ(garbled.code, Errc::protocol);
  EXPECT_EQ(garbled.http_status, 200);
  EXPECT_EQ(garbled.url, "http://bots.test:8056/admin/users/9");
  EXPECT_EQ(garbled.request_id, transport->sent()[1].header("X-Request-Id"));
}

TEST_F(ClientTest, ARefusalCanBeAskedForAsAnAnswer) {
  transport->answer(405, R"({"detail":"no"})", {{"Allow", "GET"}});
  const auto answer = client().exchange(
      {.method = "POST", .target = "/health"}, Access::none, {.refusals = Refusals::are_answers});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 405);
  EXPECT_EQ(answer->header("allow"), "GET");
}

TEST_F(ClientTest, TheObserverSeesEachAttemptWithoutSecrets) {
  transport->fail(no_connection())
      .answer(201, R"({"id":1,"user_id":3,"token":"fresh-token-value"})", {{"X-Made", "yes"}});
  EXPECT_EQ(client().run(CreateToken{.user_id = 3, .name = "ci"})->token, "fresh-token-value");
  ASSERT_EQ(exchanges.size(), 2U);
  EXPECT_EQ(exchanges[0].status, 0);
  EXPECT_EQ(exchanges[0].error->code, Errc::unreachable);
  const auto& seen = exchanges[1];
  EXPECT_EQ(seen.method + " " + seen.target, "POST /admin/users/3/tokens");
  EXPECT_EQ(seen.status, 201);
  EXPECT_EQ(seen.request_body, R"({"name":"ci"})");
  EXPECT_EQ(seen.response_body, R"({"id":1,"user_id":3,"token":"***"})");
  EXPECT_EQ(seen.response_headers, (Headers{{"X-Made", "yes"}}));
  EXPECT_EQ(HttpResponse{.headers = seen.request_headers}.header("X-Admin-API-Key"), "***");
  EXPECT_EQ(seen.error, std::nullopt);
}

TEST_F(ClientTest, NoSecretIsEchoedInAnError) {
  transport->answer(422, std::string(R"({"detail":[{"msg":"bad ")") + " }]}");
  EXPECT_EQ(client().run(ListUsers{}).error().http_status, 422);
  transport->answer(401, std::string(R"({"detail":"no such key )") + admin_key + "\"}");
  const auto error = client().run(ListUsers{}).error();
  EXPECT_EQ(error.message, "no such key ***");
  transport->answer(
      422, R"({"detail":[{"msg":"x","ctx":{"doc":{"token":"abc","passcode":"123456"}}}]})");
  EXPECT_EQ(client().run(ListUsers{}).error().detail_json,
            R"([{"msg":"x","ctx":{"doc":{"token":"***","passcode":"***"}}}])");
}

TEST_F(ClientTest, LongBodiesAreBoundedForTheObserver) {
  transport->answer(200, "\"" + std::string(200'000, 'x') + "\"");
  EXPECT_TRUE(client().exchange({.target = "/x"}, Access::none).has_value());
  EXPECT_LT(exchanges[0].response_body.size(), observed_body_bytes + 100);
  EXPECT_TRUE(exchanges[0].response_body.ends_with("… (200002 bytes in all)"));
}

TEST_F(ClientTest, AnotherUsersClientSharesTheTransportAndItsSecrets) {
  transport->answer(200, R"({"meetings":[]})").answer(400, R"({"detail":"see other-user-key-9"})");
  const auto first = client();
  const auto second = first.with_api_key("other-user-key-9");
  EXPECT_TRUE(second.run(ListBots{}).has_value());
  EXPECT_EQ(transport->sent()[0].header("X-API-Key"), "other-user-key-9");
  EXPECT_EQ(first.run(ListBots{}).error().message, "see ***");
}

TEST_F(ClientTest, HealthIsAskedAtTheRootOfOlderGateways) {
  transport->answer_to("GET /health", 404, R"({"detail":"Not Found"})")
      .answer_to("GET /", 200, R"({"message":"Welcome to the Vexa API Gateway"})");
  const auto health = check_health(client());
  ASSERT_TRUE(health.has_value()) << health.error().message;
  EXPECT_EQ(health->status, "ok");
  EXPECT_EQ(health->service, "Welcome to the Vexa API Gateway");
}

TEST_F(ClientTest, HealthOfSomethingElseIsAnError) {
  transport->answer(404, "").answer(200, "<html>It works");
  EXPECT_EQ(check_health(client()).error().code, Errc::protocol);
  transport->answer(404, R"({"detail":"a"})").answer(404, R"({"detail":"b"})");
  EXPECT_EQ(check_health(client()).error().code, Errc::not_found);
  transport->answer(200, R"({"status":"ok"})");
  EXPECT_EQ(check_health(client())->status, "ok");
}

}  // namespace
}  // namespace bot::client
