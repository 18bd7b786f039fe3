#include "base/text.hpp"
#include "tests/unit/server/routes/api.hpp"

namespace bot::routes {
namespace {

class Bots : public Api {
 protected:
  Answer post(const Json& body) { return user("POST", "/bots", body.dump()); }
  static Json on_meet(const std::string& id) {
    return Json{{"platform", "google_meet"}, {"native_meeting_id", id}};
  }
};

TEST_F(Bots, AreReserved) {
  const auto made = post(on_meet("abc-defg-hij"));

  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.json["id"], 1);
  EXPECT_EQ(made.json["user_id"], ann_.id);
  EXPECT_EQ(made.json["platform"], "google_meet");
  EXPECT_EQ(made.json["native_meeting_id"], "abc-defg-hij");
  EXPECT_EQ(made.json["constructed_meeting_url"], "https://meet.google.com/abc-defg-hij");
  EXPECT_EQ(made.json["status"], "reserved");
  EXPECT_TRUE(made.json["bot_container_id"].get<std::string>().starts_with("vexa-bot-1-"));
  EXPECT_EQ(made.json["start_time"], nullptr);
  EXPECT_EQ(made.json["data"]["status_transition"].size(), 1U);
}

TEST_F(Bots, TakeIdsThatAreNoLinkAndSayNoUrl) {
  for (const std::string id :
       {"smoke-test-1", "A B", "ü", "100%", "a&b=c", "'; DROP TABLE meetings;--"}) {
    const auto made = post(on_meet(id));
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.json["native_meeting_id"], id);
    EXPECT_EQ(made.json["constructed_meeting_url"], nullptr);
    EXPECT_EQ(user("DELETE", "/bots/google_meet/" + percent_encode(id)).status, 202);
  }
}

TEST_F(Bots, KnowTheUrlsOfEachPlatform) {
  EXPECT_EQ(post({{"platform", "zoom"}, {"native_meeting_id", "123456789"}, {"passcode", "123456"}})
                .json["constructed_meeting_url"],
            "https://zoom.us/j/123456789");
  const auto teams = post({{"platform", "teams"},
                           {"native_meeting_id", "1234567890"},
                           {"passcode", "abcdEFGH"},
                           {"language", "de"},
                           {"task", "translate"},
                           {"bot_name", "Minutes"}});
  EXPECT_EQ(teams.json["constructed_meeting_url"], "https://teams.live.com/meet/1234567890");
  EXPECT_EQ(teams.body.find("abcdEFGH"), std::string::npos) << "a passcode is never shown";
}

TEST_F(Bots, SayEverythingThatIsWrongWithABody) {
  const std::string permitted = "permitted: 'google_meet', 'zoom', 'teams'";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "422 body: field required"},
      {"{}", "422 body.platform: field required | body.native_meeting_id: field required"},
      {R"({"platform":"google_meet"})", "422 body.native_meeting_id: field required"},
      {R"({"platform":"webex","native_meeting_id":"a"})",
       "422 body.platform: value is not a valid enumeration member; " + permitted},
      {R"({"platform":null,"native_meeting_id":null})",
       "422 body.platform: none is not an allowed value | "
       "body.native_meeting_id: none is not an allowed value"},
      {R"({"platform":7,"native_meeting_id":7})",
       "422 body.platform: value is not a valid enumeration member; " + permitted +
           " | body.native_meeting_id: str type expected"},
      {R"({"platform":"zoom","native_meeting_id":""})",
       "422 body.native_meeting_id: native_meeting_id cannot be empty"},
      {R"({"platform":"zoom","native_meeting_id":")" + std::string(256, '1') + R"("})",
       "422 body.native_meeting_id: native_meeting_id must be at most 255 bytes long"},
      {R"({"platform":"zoom","native_meeting_id":"a/b"})",
       "422 body.native_meeting_id: native_meeting_id cannot hold any of / ? #"},
      {R"({"platform":"zoom","native_meeting_id":"a\u0000b"})",
       "422 body.native_meeting_id: must not hold a NUL character"},
      {R"({"platform":"google_meet","native_meeting_id":"a","passcode":"x"})",
       "422 body.passcode: Passcode is not supported for Google Meet meetings"},
      {R"({"platform":"zoom","native_meeting_id":"a","passcode":"12345"})",
       "422 body.passcode: Zoom passcode must be 6-10 digits"},
      {R"({"platform":"teams","native_meeting_id":"a","passcode":"short"})",
       "422 body.passcode: Teams passcode must be 8-20 alphanumeric characters"},
      {R"({"platform":"zoom","native_meeting_id":"a","task":"sing"})",
       "422 body.task: Invalid task 'sing'. Must be one of: ['transcribe', 'translate']"},
      {R"({"platform":"zoom","native_meeting_id":"a","bot_name":")" + std::string(101, 'n') +
           R"("})",
       "422 body.bot_name: ensure this value has at most 100 characters"},
      {R"({"platform":"zoom","native_meeting_id":"a","bot_name":1,"language":2,"task":3})",
       "422 body.bot_name: str type expected | body.language: str type expected | "
       "body.task: str type expected"},
  };
  for (const auto& [body, expected] : cases)
    EXPECT_EQ(summary(user("POST", "/bots", body)), expected) << body;
  EXPECT_TRUE(summary(post({{"platform", "zoom"}, {"native_meeting_id", "a"}, {"language", "xx"}}))
                  .starts_with("422 body.language: Invalid language code 'xx'. Must be one of: "
                               "['af', 'am', "));
  EXPECT_EQ(user("GET", "/meetings").json["meetings"].size(), 0U);
}

TEST_F(Bots, TakeEmptyTextForNotGiven) {
  const auto made = post({{"platform", "google_meet"},
                          {"native_meeting_id", "a"},
                          {"bot_name", ""},
                          {"language", ""},
                          {"task", nullptr},
                          {"passcode", ""}});
  ASSERT_EQ(made.status, 201);
  const auto row = meeting_row(1);
  EXPECT_TRUE(row.bot_name->starts_with("VexaBot-"));
  EXPECT_EQ(row.language, std::nullopt);
  EXPECT_EQ(row.passcode, std::nullopt);
}

TEST_F(Bots, AreOneToAMeeting) {
  start("abc-defg-hij");

  EXPECT_EQ(summary(post(on_meet("abc-defg-hij"))),
            "409 An active or requested meeting already exists for this platform and meeting ID. "
            "Platform: google_meet, Native Meeting ID: abc-defg-hij");
  EXPECT_EQ(post({{"platform", "teams"}, {"native_meeting_id", "abc-defg-hij"}}).status, 201);
  const auto bob = make_customer("bob@example.com");
  EXPECT_EQ(as(bob, "POST", "/bots", on_meet("abc-defg-hij").dump()).status, 201);
}

TEST_F(Bots, AreAsManyAsTheLimitSays) {
  for (const auto* id : {"a", "b", "c"})
    start(id);

  const auto refused = post(on_meet("d"));
  EXPECT_EQ(summary(refused), "429 Maximum concurrent bots limit reached (3)");
  EXPECT_EQ(refused.header("Retry-After"), "5");
  EXPECT_EQ(summary(post(on_meet("a"))).substr(0, 3), "409");

  user("DELETE", "/bots/google_meet/b");
  EXPECT_EQ(post(on_meet("d")).status, 201);
  EXPECT_EQ(user("GET", "/meetings").json["meetings"].size(), 4U);
}

TEST_F(Bots, AreNoneAtALimitOfZero) {
  admin("PATCH", "/admin/users/1", R"({"max_concurrent_bots":0})");
  EXPECT_EQ(summary(post(on_meet("a"))), "429 Maximum concurrent bots limit reached (0)");
}

TEST_F(Bots, HoldTheirSeatUntilTheyLeave) {
  admin("PATCH", "/admin/users/1", R"({"max_concurrent_bots":1})");
  activate("a");
  EXPECT_EQ(post(on_meet("b")).status, 429);

  EXPECT_EQ(user("DELETE", "/bots/google_meet/a").json["status"], "stopping");
  EXPECT_EQ(post(on_meet("a")).status, 201);
}

TEST_F(Bots, AreStoppedAsFarAsTheyGot) {
  EXPECT_EQ(summary(user("DELETE", "/bots/google_meet/none")), "404 No meeting found to stop.");

  start("reserved");
  const auto finalized = user("DELETE", "/bots/google_meet/reserved");
  EXPECT_EQ(finalized.status, 202);
  EXPECT_EQ(finalized.json["message"],
            "Stop request accepted; meeting finalized (no running container).");
  EXPECT_EQ(finalized.json["status"], "completed");
  EXPECT_FALSE(finalized.json.contains("command_id"));
  EXPECT_EQ(user("DELETE", "/bots/google_meet/reserved").json["message"],
            "Meeting already completed.");

  const auto bot = activate("active");
  const auto stopping = user("DELETE", "/bots/google_meet/active");
  EXPECT_EQ(stopping.status, 202);
  EXPECT_EQ(stopping.json["message"], "Stop request accepted and is being processed.");
  EXPECT_EQ(stopping.json["status"], "stopping");
  EXPECT_EQ(stopping.json["meeting_id"], bot.meeting_id);
  EXPECT_EQ(user("DELETE", "/bots/google_meet/active").json, stopping.json) << "repeatable";

  const auto failing = launch("failing");
  callback(failing, "exited", R"({"exit_code":1})");
  const auto failed = user("DELETE", "/bots/google_meet/failing");
  EXPECT_EQ(failed.status, 202);
  EXPECT_EQ(failed.json["message"], "Meeting already failed.");
  EXPECT_EQ(failed.json["status"], "failed");
}

TEST_F(Bots, AreStoppedInTheNewestMeeting) {
  start("a");
  user("DELETE", "/bots/google_meet/a");
  const auto second = start("a");

  EXPECT_EQ(user("DELETE", "/bots/google_meet/a").json["meeting_id"], second["id"]);
}

TEST_F(Bots, OfOthersAreNotThere) {
  const auto bob = make_customer("bob@example.com");
  activate("a");

  EXPECT_EQ(summary(as(bob, "DELETE", "/bots/google_meet/a")), "404 No meeting found to stop.");
  EXPECT_EQ(as(bob, "PUT", "/bots/google_meet/a/config", "{}").status, 404);
  EXPECT_EQ(as(bob, "GET", "/bots").json["meetings"].size(), 0U);
  EXPECT_EQ(as(bob, "GET", "/bots/status").json["count"], 0);
  EXPECT_EQ(user("GET", "/bots/status").json["count"], 1);
}

TEST_F(Bots, OfUnknownPlatformsAreA422) {
  for (const auto& [method, target] :
       std::vector<std::pair<std::string, std::string>>{{"DELETE", "/bots/webex/a"},
                                                        {"PUT", "/bots/webex/a/config"},
                                                        {"GET", "/bots/webex/a/commands"},
                                                        {"GET", "/bots/webex/a/commands/1"},
                                                        {"PATCH", "/meetings/webex/a"},
                                                        {"DELETE", "/meetings/webex/a"},
                                                        {"GET", "/transcripts/webex/a"}}) {
    const auto refused = user(method, target, "{}");
    EXPECT_EQ(summary(refused),
              "422 path.platform: value is not a valid enumeration member; "
              "permitted: 'google_meet', 'zoom', 'teams'")
        << target;
    EXPECT_EQ(refused.json["detail"][0]["ctx"]["enum_values"].size(), 3U);
  }
}

TEST_F(Bots, AreReconfiguredWhenActive) {
  const std::string target = "/bots/google_meet/a/config";
  EXPECT_EQ(summary(user("PUT", target, R"({"language":"de"})")),
            "404 No active meeting found for platform google_meet and meeting ID a.");

  const auto bot = launch("a");
  EXPECT_EQ(summary(user("PUT", target, R"({"language":"de"})")),
            "409 Meeting found but is not active (status: 'reserved'). Cannot reconfigure.");
  for (const auto* state : {"joining", "awaiting_admission", "active"})
    callback(bot, "status_change", Json{{"status", state}}.dump());

  const auto accepted = user("PUT", target, R"({"language":"de"})");
  EXPECT_EQ(accepted.status, 202);
  EXPECT_EQ(accepted.json["message"], "Reconfiguration request accepted and sent to the bot.");
  EXPECT_EQ(accepted.json["status"], "active");
  const auto command =
      user("GET", "/bots/google_meet/a/commands/" + accepted.json["command_id"].dump());
  EXPECT_EQ(command.json["payload"],
            Json({{"action", "reconfigure"}, {"uid", bot.session_uid}, {"language", "de"}}))
      << "only what was given";
  EXPECT_EQ(user("PUT", target, "{}").status, 202);

  user("DELETE", "/bots/google_meet/a");
  EXPECT_EQ(summary(user("PUT", target, "{}")),
            "409 Meeting found but is not active (status: 'stopping'). Cannot reconfigure.");
}

TEST_F(Bots, AreReconfiguredWithValidWordsOnly) {
  activate("a");
  const std::string target = "/bots/google_meet/a/config";
  EXPECT_EQ(summary(user("PUT", target, "")), "422 body: field required");
  EXPECT_EQ(summary(user("PUT", target, R"({"task":"sing"})")),
            "422 body.task: Invalid task 'sing'. Must be one of: ['transcribe', 'translate']");
  EXPECT_EQ(user("PUT", target, R"({"language":"xx"})").status, 422);
  EXPECT_EQ(user("PUT", target, R"({"language":1})").status, 422);
}

TEST_F(Bots, AreListedWhileTheyHoldASeatOrLeave) {
  activate("active");
  start("reserved");
  activate("leaving");
  user("DELETE", "/bots/google_meet/leaving");
  complete("gone");

  std::vector<std::string> listed;
  const auto answer = user("GET", "/bots");
  for (const auto& each : answer.json["meetings"])
    listed.push_back(each["native_meeting_id"].get<std::string>() + " " +
                     each["status"].get<std::string>());
  EXPECT_EQ(listed,
            (std::vector<std::string>{"active active", "reserved reserved", "leaving stopping"}));

  const auto status = user("GET", "/bots/status").json;
  EXPECT_EQ(status["count"], 2);
  EXPECT_EQ(status["running_bots"].size(), 2U);
}

TEST_F(Bots, ShowTheirStatusInTheWordsOfTheContract) {
  const auto bot = activate("abc-defg-hij");
  service_.clock().advance(std::chrono::minutes(3));
  callback(bot, "heartbeat");

  const auto shown = user("GET", "/bots/status").json["running_bots"][0];
  EXPECT_EQ(shown["container_id"], bot.container_id);
  EXPECT_EQ(shown["container_name"], bot.container_id);
  EXPECT_EQ(shown["status"], "Up 3 minutes");
  EXPECT_EQ(shown["normalized_status"], "Up");
  EXPECT_EQ(shown["labels"], Json({{"vexa.user_id", "1"}}));
  EXPECT_EQ(shown["meeting_id_from_name"], "1");
  EXPECT_EQ(shown["meeting_id"], 1);
  EXPECT_EQ(shown["meeting_status"], "active");
  EXPECT_EQ(shown["session_uid"], bot.session_uid);
  EXPECT_EQ(shown["created_at"], "2025-11-21T21:20:00.000Z");
  EXPECT_EQ(shown["last_heartbeat_at"], "2025-11-21T21:23:00.000Z");
}

TEST_F(Bots, TellHowLongTheyHaveBeenInTheirState) {
  start("a");
  const auto shown = [this] {
    return user("GET", "/bots/status").json["running_bots"][0]["status"].get<std::string>();
  };
  EXPECT_EQ(shown(), "Requested 0 seconds");
  service_.clock().advance(std::chrono::seconds(1));
  EXPECT_EQ(shown(), "Requested 1 second");
  service_.clock().advance(std::chrono::seconds(59));
  EXPECT_EQ(shown(), "Requested 1 minute");
  service_.clock().advance(std::chrono::minutes(119));
  EXPECT_EQ(shown(), "Requested 2 hours");
  service_.clock().advance(std::chrono::hours(49));
  EXPECT_EQ(shown(), "Requested 2 days");
  service_.clock().step(std::chrono::hours(-1000));
  EXPECT_EQ(shown(), "Requested 0 seconds");
}

class StrictIds : public Api {
 protected:
  StrictIds() : Api({.id_rule = domain::IdRule::strict}) {}
};

TEST_F(StrictIds, AreInThePlatformsOwnForm) {
  for (const auto& [platform, id, expected] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"google_meet", "abc-defg-hij", "201"},
           {"google_meet",
            "smoke-test-1",
            "422 body.native_meeting_id: Google Meet ID must be in format 'abc-defg-hij' "
            "(lowercase letters only)"},
           {"zoom", "12", "422 body.native_meeting_id: Zoom meeting ID must be 9-11 digits only"},
           {"teams",
            "12",
            "422 body.native_meeting_id: Teams meeting ID must be 10-15 digits only (not a full "
            "URL)"}}) {
    const Json wanted{{"platform", platform}, {"native_meeting_id", id}};
    EXPECT_EQ(summary(user("POST", "/bots", wanted.dump())), expected);
  }
}

}  // namespace
}  // namespace bot::routes
