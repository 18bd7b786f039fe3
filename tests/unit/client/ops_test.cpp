#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "client/ops/all.hpp"
#include "client/ops/encoding.hpp"

namespace bot::client {
namespace {

struct Encoding {
  HttpRequest request;
  std::string line;
  std::string body;  // of what is sent; empty: no body and no content type
};

const std::vector<Encoding> encodings{
    {GetHealth{}.encode(), "GET /health", ""},
    {GetReady{}.encode(), "GET /ready", ""},
    {GetVersion{}.encode(), "GET /version", ""},
    {GetIdentity{}.encode(), "GET /auth/me", ""},
    {GetMetrics{}.encode(), "GET /metrics", ""},
    {ListUsers{}.encode(), "GET /admin/users?skip=0&limit=100", ""},
    {ListUsers{.skip = 100, .limit = 5}.encode(), "GET /admin/users?skip=100&limit=5", ""},
    {GetUser{.id = 3}.encode(), "GET /admin/users/3", ""},
    {FindUser{.email = "a+b@x.org"}.encode(), "GET /admin/users/email/a%2Bb%40x.org", ""},
    {CreateUser{.email = "a@x.org"}.encode(), "POST /admin/users", R"({"email":"a@x.org"})"},
    {CreateUser{.email = "a@x.org", .name = "A", .image_url = "u", .max_concurrent_bots = 0}
         .encode(),
     "POST /admin/users",
     R"({"email":"a@x.org","name":"A","image_url":"u","max_concurrent_bots":0})"},
    {UpdateUser{.id = 3}.encode(), "PATCH /admin/users/3", "{}"},
    {UpdateUser{.id = 3, .name = "B", .max_concurrent_bots = 5, .data = types::Json{{"k", 1}}}
         .encode(),
     "PATCH /admin/users/3",
     R"({"name":"B","max_concurrent_bots":5,"data":{"k":1}})"},
    {DeleteUser{.id = 3}.encode(), "DELETE /admin/users/3", ""},
    {CreateToken{.user_id = 3}.encode(), "POST /admin/users/3/tokens", ""},
    {CreateToken{.user_id = 3, .name = "ci", .expires_in = "30d"}.encode(),
     "POST /admin/users/3/tokens",
     R"({"name":"ci","expires_in":"30d"})"},
    {ListTokens{.user_id = 3}.encode(), "GET /admin/users/3/tokens", ""},
    {RevokeToken{.id = 11}.encode(), "DELETE /admin/tokens/11", ""},
    {ListAllMeetings{}.encode(), "GET /admin/meetings", ""},
    {ListAllMeetings{.status = "active", .user_id = 3, .limit = 10, .offset = 20}.encode(),
     "GET /admin/meetings?status=active&user_id=3&limit=10&offset=20",
     ""},
    {StopMeeting{.id = 7}.encode(), "POST /admin/meetings/7/stop", ""},
    {StartBot{.platform = "zoom", .native_meeting_id = "123"}.encode(),
     "POST /bots",
     R"({"platform":"zoom","native_meeting_id":"123"})"},
    {StartBot{.platform = "teams",
              .native_meeting_id = "1",
              .bot_name = "Röbot",
              .language = "de",
              .task = "translate",
              .passcode = "p"}
         .encode(),
     "POST /bots",
     "{\"platform\":\"teams\",\"native_meeting_id\":\"1\",\"bot_name\":\"Röbot\",\"language\":"
     "\"de\",\"task\":\"translate\",\"passcode\":\"p\"}"},
    {ListBots{}.encode(), "GET /bots", ""},
    {GetBotsStatus{}.encode(), "GET /bots/status", ""},
    {StopBot{.platform = "zoom", .native_meeting_id = "a/b?c#d e"}.encode(),
     "DELETE /bots/zoom/a%2Fb%3Fc%23d%20e",
     ""},
    {ConfigureBot{.platform = "zoom", .native_meeting_id = "1"}.encode(),
     "PUT /bots/zoom/1/config",
     "{}"},
    {ConfigureBot{.platform = "zoom", .native_meeting_id = "1", .task = "transcribe"}.encode(),
     "PUT /bots/zoom/1/config",
     R"({"task":"transcribe"})"},
    {ListBotCommands{.platform = "zoom", .native_meeting_id = "1"}.encode(),
     "GET /bots/zoom/1/commands",
     ""},
    {GetBotCommand{.platform = "zoom", .native_meeting_id = "1", .command_id = 21}.encode(),
     "GET /bots/zoom/1/commands/21",
     ""},
    {ListMeetings{}.encode(), "GET /meetings", ""},
    {ListMeetings{.limit = 1, .offset = 2, .status = "failed", .platform = "zoom"}.encode(),
     "GET /meetings?limit=1&offset=2&status=failed&platform=zoom",
     ""},
    {UpdateMeeting{.platform = "zoom", .native_meeting_id = "1", .notes = ""}.encode(),
     "PATCH /meetings/zoom/1",
     R"({"data":{"notes":""}})"},
    {UpdateMeeting{.platform = "zoom",
                   .native_meeting_id = "1",
                   .name = "N",
                   .participants = std::vector<std::string>{"A", "B"},
                   .languages = std::vector<std::string>{}}
         .encode(),
     "PATCH /meetings/zoom/1",
     R"({"data":{"name":"N","participants":["A","B"],"languages":[]}})"},
    {DeleteMeeting{.platform = "zoom", .native_meeting_id = "1"}.encode(),
     "DELETE /meetings/zoom/1",
     ""},
    {GetTimeline{.meeting_id = 7}.encode(), "GET /meetings/7/timeline", ""},
    {GetTranscript{.platform = "zoom", .native_meeting_id = "1"}.encode(),
     "GET /transcripts/zoom/1",
     ""},
    {GetTranscript{.platform = "zoom", .native_meeting_id = "1", .meeting_id = 7}.encode(),
     "GET /transcripts/zoom/1?meeting_id=7",
     ""},
    {GetWebhook{}.encode(), "GET /user/webhook", ""},
    {SetWebhook{.webhook_url = "https://h/x"}.encode(),
     "PUT /user/webhook",
     R"({"webhook_url":"https://h/x"})"},
    {SetWebhook{.webhook_url = "https://h/x", .rotate_secret = true}.encode(),
     "PUT /user/webhook",
     R"({"webhook_url":"https://h/x","rotate_secret":true})"},
    {ClearWebhook{}.encode(), "DELETE /user/webhook", ""},
    {ListDeliveries{}.encode(), "GET /user/webhook/deliveries", ""},
    {ListAudit{}.encode(), "GET /admin/audit", ""},
    {ListAudit{.subject = "user 7", .action = "user.update", .before = 9, .limit = 2}.encode(),
     "GET /admin/audit?subject=user%207&action=user.update&before=9&limit=2",
     ""},
};

TEST(Operations, EachIsEncodedAsTheContractSays) {
  for (const auto& [request, line, body] : encodings) {
    SCOPED_TRACE(line);
    EXPECT_EQ(request.method + " " + request.target, line);
    EXPECT_EQ(request.body, body);
    const Headers json{{"Content-Type", "application/json"}};
    EXPECT_EQ(request.headers, body.empty() ? Headers{} : json);
  }
}

TEST(Operations, TextThatIsNotUtf8IsSentAsReplacementCharacters) {
  const StartBot start{.platform = "zoom", .native_meeting_id = "\xff"};
  EXPECT_EQ(start.encode().body, "{\"platform\":\"zoom\",\"native_meeting_id\":\"\xef\xbf\xbd\"}");
}

constexpr const char* meeting =
    R"({"id":7,"user_id":3,"platform":"zoom","native_meeting_id":"1","status":"active"})";

template <typename Op>
Result<typename Op::Response> decode(const std::string& body, int status = 200) {
  return Op::decode(HttpResponse{.status = status, .body = body});
}

TEST(Operations, ServiceAnswersAreDecoded) {
  EXPECT_EQ(decode<GetHealth>(R"({"status":"ok"})")->status, "ok");
  EXPECT_EQ(decode<GetReady>(R"({"status":"ready","parts":{"store":"ok"}})")->parts["store"], "ok");
  EXPECT_EQ(decode<GetVersion>(R"({"version":"1.2"})")->version, "1.2");
  EXPECT_EQ(decode<GetIdentity>(R"({"admin":true})")->admin, true);
}

TEST(Operations, UserAnswersAreDecoded) {
  constexpr const char* user = R"({"id":3,"email":"a@x.org","max_concurrent_bots":2})";
  const auto list = std::string("[") + user + "," + user + "]";
  EXPECT_EQ(decode<ListUsers>(list)->size(), 2U);
  EXPECT_EQ(decode<ListUsers>("[]")->size(), 0U);
  EXPECT_EQ(decode<GetUser>(user)->user.id, 3);
  EXPECT_EQ(decode<FindUser>(user)->email, "a@x.org");
  EXPECT_EQ(decode<UpdateUser>(user)->max_concurrent_bots, 2);
  EXPECT_EQ(decode<DeleteUser>(R"({"message":"gone"})")->message, "gone");
}

TEST(Operations, CreatingAUserTellsFoundFromMade) {
  constexpr const char* user = R"({"id":3,"email":"a@x.org","max_concurrent_bots":2})";
  EXPECT_TRUE(decode<CreateUser>(user, 201)->created);
  EXPECT_FALSE(decode<CreateUser>(user, 200)->created);
}

TEST(Operations, TokenAnswersAreDecoded) {
  EXPECT_EQ(decode<CreateToken>(R"({"id":1,"user_id":3,"token":"abc"})", 201)->token, "abc");
  EXPECT_EQ(decode<ListTokens>(R"([{"id":1,"user_id":3}])")->at(0).token, std::nullopt);
  EXPECT_TRUE(decode<RevokeToken>("", 204).has_value());
  EXPECT_FALSE(decode<RevokeToken>("<html>", 200).has_value());
}

TEST(Operations, BotAnswersAreDecoded) {
  EXPECT_EQ(decode<StartBot>(meeting, 201)->id, 7);
  EXPECT_EQ(decode<ListBots>(std::string(R"({"meetings":[)") + meeting + "]}")->meetings.size(),
            1U);
  EXPECT_EQ(decode<GetBotsStatus>(R"({"running_bots":[{"meeting_id":7}]})")->running_bots.size(),
            1U);
  EXPECT_EQ(decode<StopBot>(R"({"message":"m","command_id":2})", 202)->command_id, 2);
  EXPECT_EQ(decode<StopBot>(R"({"status":"stopping","meeting_id":7})")->meeting_id, 7);
  EXPECT_EQ(decode<ConfigureBot>(R"({"message":"m"})", 202)->message, "m");
  EXPECT_EQ(decode<StopMeeting>(R"({"message":"m"})", 202)->message, "m");
  EXPECT_EQ(decode<ListBotCommands>(R"({"commands":[]})")->commands.size(), 0U);
  const auto command = decode<GetBotCommand>(
      R"({"id":1,"meeting_id":7,"session_uid":"s","action":"leave","status":"sent","created_at":""})");
  EXPECT_EQ(command->action, "leave");
}

TEST(Operations, MeetingAnswersAreDecoded) {
  const auto list = std::string(R"({"meetings":[)") + meeting + "]}";
  EXPECT_EQ(decode<ListMeetings>(list)->meetings[0].id, 7);
  EXPECT_EQ(decode<ListAllMeetings>(list)->meetings[0].user_id, 3);
  EXPECT_EQ(decode<UpdateMeeting>(meeting)->status, "active");
  EXPECT_EQ(decode<DeleteMeeting>(R"({"message":"gone"})")->message, "gone");
  EXPECT_EQ(
      decode<GetTimeline>(R"({"meeting_id":7,"status":"active","sessions":[],"transitions":[]})")
          ->meeting_id,
      7);
  EXPECT_EQ(decode<GetTranscript>(R"({"id":7,"platform":"zoom","status":"active","segments":[]})")
                ->segments.size(),
            0U);
}

TEST(Operations, WebhookAnswersAreDecoded) {
  EXPECT_EQ(decode<GetWebhook>(R"({"webhook_url":null})")->webhook_url, std::nullopt);
  EXPECT_EQ(decode<SetWebhook>(R"({"webhook_url":"u","secret":"s"})")->secret, "s");
  EXPECT_EQ(decode<ClearWebhook>(R"({"message":"gone"})")->message, "gone");
  EXPECT_EQ(decode<ListDeliveries>(R"({"deliveries":[]})")->deliveries.size(), 0U);
  EXPECT_EQ(decode<ListAudit>(R"({"entries":[]})")->entries.size(), 0U);
}

struct Bad {
  HttpResponse answer;
  std::string message;
};

TEST(Operations, AnAnswerThatIsNotTheirsIsSaidSo) {
  const std::vector<Bad> bad{
      {{.status = 200, .body = "<!DOCTYPE html><p>Hi"},
       "the server answered 200 with an HTML page instead of JSON"},
      {{.status = 200, .headers = {{"content-type", "text/html"}}, .body = "Hi"},
       "the server answered 200 with an HTML page instead of JSON"},
      {{.status = 200, .body = " \n"},
       "the server answered 200 with an empty body instead of JSON"},
      {{.status = 200, .body = R"({"meetings":[{"id":1,)"},
       "the answer is broken off: its JSON ends too early, after byte 21"},
      {{.status = 200, .body = "pong"}, "the answer is not JSON: it breaks at byte 1"},
      {{.status = 200, .body = R"({"items":[]})"},
       "the answer is not a list of meetings: key 'meetings' not found"},
      {{.status = 200, .body = R"({"meetings":7})"},
       "the answer is not a list of meetings: type must be array, but is number"},
  };
  for (const auto& [answer, message] : bad) {
    const auto list = ListMeetings::decode(answer);
    ASSERT_FALSE(list.has_value()) << answer.body;
    EXPECT_EQ(list.error().code, Errc::protocol);
    EXPECT_EQ(list.error().message, message);
    EXPECT_EQ(list.error().http_status == 200 || !list.error().http_status, true);
    EXPECT_FALSE(list.error().hint.empty());
  }
}

}  // namespace
}  // namespace bot::client
