#include <gtest/gtest.h>

#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

std::string pushed(const std::string& status) {
  return R"({"type":"meeting.status","meeting":{"platform":"google_meet","native_id":)"
         R"("abc-defg-hij"},"payload":{"status":")" +
         status + R"("},"ts":"2026-11-21T21:05:09.000Z"})";
}

void answer_meeting(Program& program, const std::string& status) {
  program.server().answer_to("GET /meetings", 200, body::meetings({body::meeting(status)}));
}

TEST(BotsStart, ReturnsTheReservedMeeting) {
  Program program;
  program.server().answer_to("POST /bots", 201, body::meeting("reserved"));

  const auto ran = program.run(
      {"bots", "start", "google_meet", "abc-defg-hij", "--language", "en", "-o", "json"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.json()["status"], "reserved");
  const auto sent = types::Json::parse(program.server().sent().at(0).request.body);
  EXPECT_EQ(sent["language"], "en");
  EXPECT_FALSE(sent.contains("task"));
}

TEST(BotsStart, ExitsSixOverTheLimit) {
  Program program;
  program.server().answer(429, R"~({"detail":"Maximum concurrent bots limit reached (0)"})~");

  const auto ran = program.run({"bots", "start", "google_meet", "x", "-o", "json"});

  EXPECT_EQ(ran.code, 6);
  EXPECT_EQ(ran.error()["error"]["code"], "limit_reached");
  EXPECT_EQ(ran.error()["error"]["http"]["status"], 429);
}

TEST(BotsStart, TakesThePasscodeFromAFileOnly) {
  Program program;
  program.write("passcode", "1234\n", 0600);
  program.server().answer_to("POST /bots", 201, body::meeting("reserved"));

  program.run({"bots", "start", "zoom/1", "--passcode-file", program.path("passcode")});

  EXPECT_EQ(types::Json::parse(program.server().sent().at(0).request.body)["passcode"], "1234");
}

TEST(BotsStart, WaitsWhenAsked) {
  Program program;
  program.server().answer_to("POST /bots", 201, body::meeting("reserved"));
  answer_meeting(program, "starting");
  answer_meeting(program, "active");

  const auto ran =
      program.run({"bots", "start", "google_meet", "abc-defg-hij", "--wait", "-o", "json"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.json()["status"], "active");
}

TEST(BotsList, FallsBackToMeetingsWhereTheServerHasNoList) {
  Program program;
  program.server().answer_to("GET /bots", 404, R"({"detail":"Not Found"})");
  program.server().answer_to(
      "GET /meetings",
      200,
      body::meetings({body::meeting("active", 1), body::meeting("failed", 2)}));

  EXPECT_EQ(program.run({"bots", "list"}).lines().size(), 1U);
}

TEST(BotsWait, PollsWithGrowingPausesWhereTheServerDoesNotPush) {
  Program program;
  for (int i = 0; i < 6; ++i)
    answer_meeting(program, "starting");
  answer_meeting(program, "active");

  const auto ran = program.run({"bots", "wait", "google_meet", "abc-defg-hij", "-o", "json"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.json()["status"], "active");
  const auto waited = program.clock.monotonic() - Millis{1'000'000};
  EXPECT_GT(waited, Millis{700});
  EXPECT_LT(waited, Millis{12'000});
}

TEST(BotsWait, FollowsPushesWithoutWaiting) {
  Program program;
  program.pushes = {{R"({"type":"subscribed","meetings":[]})"}, {pushed("active")}};
  answer_meeting(program, "reserved");
  answer_meeting(program, "reserved");
  answer_meeting(program, "active");

  const auto ran = program.run({"bots", "wait", "google_meet", "abc-defg-hij"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(program.clock.monotonic(), Millis{1'000'000});
  ASSERT_EQ(program.sent_to_socket.size(), 1U);
  EXPECT_EQ(program.sent_to_socket[0],
            R"({"action":"subscribe","meetings":[{"platform":"google_meet",)"
            R"("native_id":"abc-defg-hij"}]})");
}

TEST(BotsWait, TheSocketTrustsWhatTheRequestsTrust) {
  Program program;
  answer_meeting(program, "active");

  const auto ran =
      program.run({"bots", "wait", "google_meet", "abc-defg-hij", "--cacert", "/etc/own-ca.pem"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(program.curl_options.ca_file, "/etc/own-ca.pem");
  EXPECT_EQ(program.socket_options.ca_file, "/etc/own-ca.pem");
}

TEST(BotsWait, LooksAgainWhenAPushIsLostOrTheStreamCloses) {
  Program program;
  program.pushes = {{R"({"type":"subscribed","meetings":[]})"}, {""}};
  answer_meeting(program, "starting");
  answer_meeting(program, "starting");
  answer_meeting(program, "starting");
  answer_meeting(program, "active");

  EXPECT_EQ(program.run({"bots", "wait", "google_meet", "abc-defg-hij"}).code, 0);
}

TEST(BotsWait, FailsAtOnceOnAWrongEnd) {
  Program program;
  answer_meeting(program, "failed");

  const auto ran = program.run({"bots", "wait", "google_meet", "abc-defg-hij", "--timeout", "1h"});

  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.err.find("is failed and will not become active"), std::string::npos) << ran.err;
  EXPECT_EQ(program.clock.monotonic(), Millis{1'000'000});
}

TEST(BotsWait, TakesAnyOfSeveralStates) {
  Program program;
  answer_meeting(program, "failed");

  EXPECT_EQ(
      program.run({"bots", "wait", "google_meet/abc-defg-hij", "--for", "completed,failed"}).code,
      0);
}

TEST(BotsWait, EndsWithSevenAtTheDeadlineAndSaysWhereItStands) {
  Program program;
  program.server().always("GET /meetings", 200, body::meetings({body::meeting("starting")}));

  const auto ran = program.run({"bots", "wait", "google_meet", "abc-defg-hij", "--timeout", "4s"});

  EXPECT_EQ(ran.code, 7);
  EXPECT_NE(ran.err.find("google_meet/abc-defg-hij is still starting"), std::string::npos)
      << ran.err;
  EXPECT_GE(program.clock.monotonic(), Millis{1'004'000});
}

TEST(BotsWait, HasADeadlineOfItsOwn) {
  Program program;
  program.server().always("GET /meetings", 200, body::meetings({body::meeting("starting")}));

  EXPECT_EQ(program.run({"bots", "wait", "google_meet", "abc-defg-hij"}).code, 7);
}

TEST(BotsWait, TellsPendingWhenItMayNotWait) {
  Program program;
  answer_meeting(program, "starting");

  EXPECT_EQ(program.run({"bots", "wait", "google_meet", "abc-defg-hij", "--now"}).code, 8);
}

TEST(BotsWait, ToleratesStatesItDoesNotKnow) {
  Program program;
  answer_meeting(program, "levitating");
  answer_meeting(program, "active");

  EXPECT_EQ(program.run({"bots", "wait", "google_meet", "abc-defg-hij"}).code, 0);
}

TEST(BotsWait, DoesNotKnowAMeetingThatIsNotThere) {
  Program program;
  program.server().answer(200, body::meetings({}));

  EXPECT_EQ(program.run({"bots", "wait", "google_meet", "nope"}).code, 5);
}

TEST(BotsWait, TakesTheNewestOfSeveralMeetings) {
  Program program;
  program.server().answer(200,
                          body::meetings({body::meeting("failed", 3), body::meeting("active", 9)}));

  EXPECT_EQ(program.run({"bots", "wait", "google_meet", "abc-defg-hij"}).code, 0);
}

TEST(BotsWatch, ShowsEachChangeUntilTheEnd) {
  Program program;
  program.pushes = {{R"({"type":"subscribed","meetings":[]})"},
                    {pushed("active")},
                    {pushed("active")},
                    {pushed("completed")}};
  answer_meeting(program, "reserved");
  answer_meeting(program, "reserved");

  const auto ran = program.run({"bots", "watch", "google_meet", "abc-defg-hij"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out,
            "2026-11-21T21:00:00.000Z\tgoogle_meet/abc-defg-hij\t\treserved\n"
            "2026-11-21T21:00:00.000Z\tgoogle_meet/abc-defg-hij\treserved\tactive\n"
            "2026-11-21T21:00:00.000Z\tgoogle_meet/abc-defg-hij\tactive\tcompleted\n");
}

TEST(BotsWatch, ShowsAllMeetingsUntilTheDeadline) {
  Program program;
  answer_meeting(program, "reserved");
  program.server().always("GET /meetings", 200, body::meetings({body::meeting("active")}));

  const auto ran = program.run({"bots", "watch", "--timeout", "3s", "-o", "json"});

  EXPECT_EQ(ran.code, 7);
  ASSERT_EQ(ran.lines().size(), 2U);
  const auto change = types::Json::parse(ran.lines()[1]);
  EXPECT_EQ(change["from"], "reserved");
  EXPECT_EQ(change["to"], "active");
}

TEST(BotsStop, TakesManyFromStandardInputAndGoesOnAfterAFailure) {
  Program program;
  program.input = "google_meet/a\ngoogle_meet\tb\n\nzoom c\n";
  program.server().answer_to("DELETE /bots/google_meet/a", 202, R"({"message":"ok"})");
  program.server().answer_to("DELETE /bots/google_meet/b", 404, R"({"detail":"gone"})");
  program.server().answer_to("DELETE /bots/zoom/c", 202, R"({"message":"ok"})");

  const auto ran = program.run({"bots", "stop", "-", "-o", "ndjson"});

  EXPECT_EQ(ran.code, 10);
  ASSERT_EQ(ran.lines().size(), 3U);
  EXPECT_EQ(types::Json::parse(ran.lines()[0])["ok"], true);
  EXPECT_EQ(types::Json::parse(ran.lines()[1])["ok"], false);
  EXPECT_EQ(ran.error()["error"]["code"], "partial");
}

TEST(BotsStop, WaitsForTheEndWhenAsked) {
  Program program;
  program.server().answer_to("DELETE /bots/google_meet/abc-defg-hij", 202, R"({"message":"ok"})");
  answer_meeting(program, "stopping");
  answer_meeting(program, "completed");

  const auto ran = program.run({"bots", "stop", "google_meet", "abc-defg-hij", "--wait"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "google_meet\tabc-defg-hij\tcompleted\n");
}

TEST(BotsStop, RefusesWordsThatNameNoMeeting) {
  Program program;
  EXPECT_EQ(program.run({"bots", "stop", "abc"}).code, 2);
  EXPECT_EQ(program.run({"bots", "stop", "a/b", "c"}).code, 2);
}

TEST(BotsConfig, WaitsForTheBotsAcknowledgement) {
  Program program;
  program.serve_everything();
  const std::string command =
      R"({"id":3,"meeting_id":7,"session_uid":"u","action":"reconfigure","payload":{},)"
      R"("created_at":"2026-11-21T21:05:07.123Z","status":")";
  const std::string route = "GET /bots/google_meet/abc-defg-hij/commands/3";
  program.server().answer_to(route, 200, command + "sent\"}");
  program.server().answer_to(route, 200, command + "acknowledged\"}");

  const auto ran =
      program.run({"bots", "config", "google_meet", "abc-defg-hij", "--language", "fr", "--wait"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(program.run({"bots", "config", "google_meet", "abc-defg-hij"}).code, 2);
}

TEST(BotsConfig, IsInconclusiveWhereTheServerDoesNotTellWhatBecameOfIt) {
  Program program;
  program.server().answer(202, R"({"message":"ok"})");

  const auto ran =
      program.run({"bots", "config", "google_meet/a", "--task", "translate", "--wait"});

  EXPECT_EQ(ran.code, 9);
}

TEST(Transcript, IsFollowedUntilTheEndWithEachSegmentOnce) {
  Program program;
  program.pushes = {
      {R"({"type":"subscribed","meetings":[]})"},
      {R"({"type":"transcript.mutable","payload":{"segments":[{"start":5,"text":"Hello",)"
       R"("end_time":6,"language":"en","speaker":"Ada",)"
       R"("absolute_start_time":"2026-11-21T21:05:14.000Z"},{"start":1.5,"text":"Good morning",)"
       R"("end_time":3.25,"absolute_start_time":"2026-11-21T21:05:10.500Z"}]}})"},
      {pushed("completed")}};
  const std::string route = "GET /transcripts/google_meet/abc-defg-hij";
  program.server().answer_to(route, 200, body::transcript("active"));
  program.server().answer_to(route, 200, body::transcript("active"));
  program.server().answer_to(route, 200, body::transcript("completed"));

  const auto ran =
      program.run({"transcripts", "get", "google_meet", "abc-defg-hij", "--follow", "-o", "json"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  std::vector<std::string> texts;
  for (const auto& line : ran.lines())
    texts.push_back(types::Json::parse(line)["text"]);
  EXPECT_EQ(texts, (std::vector<std::string>{"Good morning", "Bonjour", "Hello"}));
}

TEST(Transcript, ShowsACorrectedSegmentAgain) {
  Program program;
  const std::string route = "GET /transcripts/google_meet/abc-defg-hij";
  auto corrected = body::transcript("completed");
  corrected.replace(corrected.find("Bonjour"), 7, "Bonsoir");
  program.server().answer_to(route, 200, body::transcript("active"));
  program.server().answer_to(route, 200, corrected);

  const auto ran = program.run({"transcripts", "get", "google_meet/abc-defg-hij", "-f"});

  EXPECT_EQ(ran.lines().size(), 3U) << ran.out;
}

TEST(Meetings, FiltersWhatOlderServersDoNot) {
  Program program;
  const auto both = body::meetings({body::meeting("active", 1), body::meeting("failed", 2)});
  program.server().always("GET /meetings", 200, both).always("GET /admin/meetings", 200, both);

  EXPECT_EQ(program.run({"meetings", "list", "--status", "failed"}).lines().size(), 1U);
  EXPECT_EQ(program.run({"meetings", "list", "--limit", "1"}).lines().size(), 1U);
  EXPECT_EQ(program.run({"meetings", "list", "--all-users", "--platform", "zoom"}).out, "");
}

TEST(Webhook, ShowsItsSecretOnceOrWritesItIntoAFile) {
  Program program;
  program.serve_everything();
  const std::string url = "https://example.com/hook";
  EXPECT_NE(program.run({"webhook", "set", url}).out.find("whsec-"), std::string::npos);

  const auto saved = program.run({"webhook", "set", url, "--out", program.path("s"), "-o", "json"});

  EXPECT_EQ(saved.code, 0) << saved.err;
  EXPECT_EQ((saved.out + saved.err).find("whsec-"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(program.path("s")));
}

}  // namespace
}  // namespace bot::cli
