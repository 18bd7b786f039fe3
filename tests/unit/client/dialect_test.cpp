#include "client/dialect.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "client/health.hpp"
#include "client/ops/get_bots_status.hpp"
#include "client/ops/list_meetings.hpp"
#include "client/ops/stop_bot.hpp"
#include "tests/fakes/client/scripted_transport.hpp"

namespace bot::client {
namespace {

constexpr const char* greeting = "Welcome to the Vexa API Gateway";
constexpr const char* greeting_body = R"({"message":"Welcome to the Vexa API Gateway"})";
constexpr const char* not_found = R"({"detail":"Not Found"})";
constexpr const char* no_token = R"_({"detail":"Missing API token (X-API-Key header)"})_";
constexpr const char* no_admin = R"({"detail":"Invalid or missing admin token."})";

TEST(Dialect, EachGenerationIsKnownByWhatItAnswers) {
  EXPECT_EQ(generation_of({.service = "botd"}), Generation::botd);
  EXPECT_EQ(generation_of({.service = greeting, .without_key = 403, .analytics = 404}),
            Generation::s1);
  EXPECT_EQ(generation_of({.service = greeting, .without_key = 403, .analytics = 403}),
            Generation::s2);
  EXPECT_EQ(generation_of({.service = greeting, .without_key = 401, .analytics = 403}),
            Generation::head);
  EXPECT_EQ(generation_of({.service = "gateway", .without_key = 401, .analytics = 404}),
            Generation::head);
}

TEST(Dialect, WhatIsNotClearIsUnknownAndTakenAsItComes) {
  for (const Observations& seen :
       {Observations{},
        Observations{.service = "another"},
        Observations{.service = greeting, .without_key = 503},
        Observations{.service = greeting, .without_key = 403, .analytics = 429}}) {
    EXPECT_EQ(generation_of(seen), Generation::unknown);
    const auto dialect = dialect_of(seen);
    EXPECT_EQ(dialect.limit_refusals, (std::vector{429, 403}));
    EXPECT_EQ(dialect.key_refusals, (std::vector{401, 403}));
    EXPECT_TRUE(dialect.states.empty());
  }
}

TEST(Dialect, OnlyTheGatewayThatLacksAdminIsSaidToHaveItElsewhere) {
  const auto admin_api = [](const char* service, int analytics) {
    return dialect_of({.service = service, .without_key = 401, .analytics = analytics}).admin_api;
  };
  EXPECT_EQ(admin_api("gateway", 404), Dialect::AdminApi::elsewhere);
  EXPECT_EQ(admin_api(greeting, 403), Dialect::AdminApi::at_gateway);
}

TEST(Dialect, ADescriptionNamesWhatDiffersFromBotd) {
  EXPECT_EQ(describe(dialect_of({.service = "botd"})), "botd");
  EXPECT_EQ(describe(dialect_of({.service = greeting, .without_key = 403, .analytics = 404})),
            "Vexa S1: refuses with 403 over the limit, takes only ids of the platform's form, "
            "shows no `stopping`, lists containers as running bots");
  EXPECT_EQ(describe(dialect_of({.service = "gateway", .without_key = 401, .analytics = 404})),
            "Vexa HEAD: takes only ids of the platform's form, serves /admin at another address");
}

class FindDialect : public testing::Test {
 protected:
  Result<Dialect> find() {
    const Client client(server, {.api_key = "k", .admin_key = "a", .retries = 0});
    const auto health = check_health(client);
    if (!health) return health.error();
    return find_dialect(client, *health);
  }

  std::shared_ptr<ScriptedTransport> server = std::make_shared<ScriptedTransport>();
};

TEST_F(FindDialect, BotdIsKnownByItsHealthAlone) {
  server->answer_to("GET /health", 200, R"({"status":"ok","service":"botd"})");
  EXPECT_EQ(find()->generation, Generation::botd);
}

TEST_F(FindDialect, AServerOf2025IsAskedWithoutAKey) {
  server->answer_to("GET /health", 404, not_found)
      .answer_to("GET /", 200, greeting_body)
      .answer_to("GET /bots/status", 403, no_token)
      .answer_to("GET /admin/analytics/users", 404, not_found);
  EXPECT_EQ(find()->generation, Generation::s1);
  for (const auto& sent : server->sent()) {
    EXPECT_EQ(sent.request.method, "GET");
    EXPECT_EQ(sent.header("X-API-Key") + sent.header("X-Admin-API-Key"), "");
  }
}

TEST_F(FindDialect, AServerWithAnalyticsIsTheNextGeneration) {
  server->answer_to("GET /health", 404, not_found)
      .answer_to("GET /", 200, greeting_body)
      .answer_to("GET /bots/status", 403, no_token)
      .answer_to("GET /admin/analytics/users", 403, no_admin);
  EXPECT_EQ(find()->generation, Generation::s2);
}

TEST_F(FindDialect, AServerThatBreaksOffIsAnError) {
  server->answer_to("GET /health", 200, R"({"status":"ok","service":"gateway"})")
      .fail_on("GET /bots/status", {.code = Errc::unreachable, .message = "gone"});
  EXPECT_EQ(find().error().code, Errc::unreachable);
}

// Rows with what no client of that time could know.
constexpr const char* odd_row =
    R"({"id":7,"user_id":3,"platform":"jitsi","native_meeting_id":null,"status":"dreaming",)"
    R"("shared":[{"x":1}],"data":{"new":{"deep":[null]}},"completion_reason":null,"novel":true})";

TEST(Dialect, UnknownFieldsAndStatesAreDecodedNevertheless) {
  const auto answer = [](const std::string& body) {
    return HttpResponse{.status = 200, .body = body};
  };
  const auto list = ListMeetings::decode(
      answer(std::string(R"({"has_more":false,"meetings":[)") + odd_row + "]}"));
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->meetings.at(0).status, "dreaming");
  const auto status = GetBotsStatus::decode(
      answer(R"({"count":1,"running":[],"running_bots":[{"novel":{},"status":"Dreaming"}]})"));
  ASSERT_TRUE(status) << status.error().message;
  const auto stopped = StopBot::decode(
      answer(R"({"status":"dreaming","meeting_id":7,"also_stopped":[],"cancelled":[]})"));
  ASSERT_TRUE(stopped) << stopped.error().message;
  EXPECT_EQ(stopped->status, "dreaming");
}

TEST(Dialect, ARunningBotThatIsAMeetingsRowIsReadAsSuch) {
  const auto status = GetBotsStatus::decode(
      {.status = 200,
       .body = R"({"running_bots":[{"id":7,"user_id":3,"platform":"google_meet",)"
               R"("native_meeting_id":"abc-defg-hij","status":"active","bot_container_id":"c-7",)"
               R"("data":{}}],"count":1})"});
  ASSERT_TRUE(status) << status.error().message;
  const auto& bot = status->running_bots.at(0);
  EXPECT_EQ(bot.meeting_id, 7);
  EXPECT_EQ(bot.meeting_status, "active");
  EXPECT_EQ(bot.container_id, "c-7");
}

}  // namespace
}  // namespace bot::client
