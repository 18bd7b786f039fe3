#include "tests/unit/server/routes/api.hpp"

namespace bot::routes {
namespace {

class Callbacks : public Api {
 protected:
  std::string state_of(const bots::BotSpec& bot) {
    return std::string(domain::to_string(meeting_row(bot.meeting_id).status));
  }
  static std::string body(const bots::BotSpec& bot, Json more = Json::object()) {
    Json whole{{"connection_id", bot.session_uid}};
    whole.update(more);
    return whole.dump();
  }
};

// S1: one word a state; `started` comes with the container.
TEST_F(Callbacks, OfSeptemberBotsAreUnderstood) {
  const auto bot = launch("a");
  const Json container{{"container_id", "vexa-bot-1-abcdef01"}};

  EXPECT_EQ(callback(bot, "joining", body(bot, container)).json,
            Json::parse(R"({"status":"starting","meeting_id":1})"));
  EXPECT_EQ(callback(bot, "awaiting_admission", body(bot, container)).json,
            Json::parse(R"({"status":"starting","meeting_id":1})"));
  EXPECT_EQ(callback(bot, "started", body(bot, container)).json,
            Json::parse(R"({"status":"active","meeting_id":1})"));
  EXPECT_EQ(callback(bot, "started", body(bot, container)).json,
            Json::parse(R"({"status":"active","meeting_id":1})"))
      << "again";
  EXPECT_EQ(meeting_row(1).bot_container_id, "vexa-bot-1-abcdef01");
  EXPECT_EQ(callback(bot, "leaving", body(bot)).json,
            Json::parse(R"({"status":"stopping","meeting_id":1})"));
  EXPECT_EQ(
      callback(bot, "exited", body(bot, {{"exit_code", 0}, {"reason", "evicted"}})).json,
      Json::parse(R"({"status":"callback processed","meeting_id":1,"final_status":"completed"})"));
  EXPECT_EQ(meeting_row(1).completion_reason, "evicted");
}

// S0: started without a container means that the process is up, joined that it is in the meeting.
TEST_F(Callbacks, OfTheFirstBotsAreUnderstood) {
  const auto bot = launch("a");

  EXPECT_EQ(
      callback(bot, "started", body(bot, {{"status", "started"}})).json,
      Json::parse(R"({"status":"callback processed","meeting_id":1,"new_status":"starting"})"));
  EXPECT_EQ(callback(bot, "joined", body(bot)).json,
            Json::parse(R"({"status":"callback processed","meeting_id":1,"new_status":"active"})"));
  EXPECT_EQ(callback(bot, "heartbeat", body(bot)).json,
            Json::parse(R"({"status":"heartbeat processed","meeting_id":1})"));
  EXPECT_EQ(callback(bot, "status", body(bot, {{"status", "stopping"}}), "PATCH").json,
            Json::parse(
                R"({"status":"status update processed","meeting_id":1,"new_status":"stopping"})"));
  EXPECT_EQ(
      callback(bot, "exited", body(bot, {{"exit_code", 1}, {"reason", "crash"}})).json,
      Json::parse(R"({"status":"callback processed","meeting_id":1,"final_status":"failed"})"));
}

// S2 and later: one path for all, status_change, lately called lifecycle.
TEST_F(Callbacks, OfLaterBotsAreUnderstood) {
  for (const auto* word : {"status_change", "lifecycle"}) {
    const auto bot = launch(word);
    for (const auto& [status, state] :
         std::vector<std::pair<std::string, std::string>>{{"joining", "starting"},
                                                          {"awaiting_admission", "starting"},
                                                          {"needs_human_help", "starting"},
                                                          {"active", "active"},
                                                          {"completed", "completed"}}) {
      const auto said = callback(bot, word, body(bot, {{"status", status}}));
      EXPECT_EQ(said.status, 200) << said.body;
      EXPECT_EQ(said.json, (Json{{"status", state}, {"meeting_id", bot.meeting_id}}));
    }
  }
}

TEST_F(Callbacks, KeepThePhaseOfStarting) {
  const auto bot = launch("a");
  callback(bot, "status_change", R"({"status":"joining"})");
  callback(bot, "status_change", R"({"status":"awaiting_admission"})");
  EXPECT_EQ(Json::parse(meeting_row(1).data)["phase"], "awaiting_admission");
  callback(bot, "status_change", R"({"status":"joining"})");
  EXPECT_EQ(Json::parse(meeting_row(1).data)["phase"], "awaiting_admission");
}

TEST_F(Callbacks, ThatAreRepeatedChangeNothing) {
  const auto bot = complete("a");
  const auto before = meeting_row(1);

  EXPECT_EQ(callback(bot, "exited", R"({"exit_code":0})").status, 200);
  EXPECT_EQ(callback(bot, "status_change", R"({"status":"completed"})").status, 200);
  EXPECT_EQ(meeting_row(1), before);
}

TEST_F(Callbacks, ThatComeTooLateAreRefusedWithFromAndTo) {
  const auto bot = complete("a");
  const auto before = meeting_row(1);

  const auto late = callback(bot, "status_change", R"({"status":"active"})");

  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(late.json["detail"]["from"], "completed");
  EXPECT_EQ(late.json["detail"]["to"], "active");
  EXPECT_EQ(callback(bot, "exited", R"({"exit_code":1})").json["detail"]["to"], "failed");
  EXPECT_EQ(meeting_row(1), before);
}

TEST_F(Callbacks, OfAStoppedBotEndAsStopped) {
  const auto bot = activate("a");
  user("DELETE", "/bots/google_meet/a");

  const auto gone = callback(bot, "exited", R"({"exit_code":143,"reason":"signal_sigterm"})");

  EXPECT_EQ(gone.json["final_status"], "completed");
  EXPECT_EQ(meeting_row(1).completion_reason, "stopped");
}

TEST_F(Callbacks, TellWhyABotFailed) {
  const auto bot = launch("a");
  callback(bot, "joining");
  callback(bot,
           "exited",
           R"({"exit_code":1,"reason":"join_meeting_error","error_details":{"at":"door"}})");

  const auto data = Json::parse(meeting_row(1).data);
  EXPECT_EQ(data["failure_reason"], "join_meeting_error");
  EXPECT_EQ(data["failure_stage"], "joining");
  EXPECT_EQ(data["error_details"]["at"], "door");
}

TEST_F(Callbacks, WithAForgedSecretFindNoSession) {
  auto bot = activate("a");
  for (const auto& forged : {std::string("x"),
                             bot.session_uid,
                             bot.callback_secret.substr(1),
                             bot.callback_secret + "0",
                             std::string("%00"),
                             std::string("..")}) {
    auto stranger = bot;
    stranger.callback_secret = forged;
    for (const auto* word : {"exited", "heartbeat", "command_ack", "segments", "status_change"}) {
      EXPECT_EQ(summary(callback(stranger, word, R"({"exit_code":0,"status":"completed"})")),
                "404 no bot session has this callback path")
          << forged << " " << word;
    }
    EXPECT_EQ(callback(stranger, "commands", "", "GET").status, 404);
    EXPECT_EQ(callback(stranger, "status", R"({"status":"failed"})", "PATCH").status, 404);
  }
  EXPECT_EQ(state_of(bot), "active");
}

TEST_F(Callbacks, ReachTheSenderSessionOnlyWhateverTheBodySays) {
  const auto first = activate("a");
  const auto second = activate("b");

  callback(first, "exited", body(second, {{"exit_code", 0}}));

  EXPECT_EQ(state_of(first), "completed");
  EXPECT_EQ(state_of(second), "active");
}

TEST_F(Callbacks, KeepTheSecretOutOfTheAccessLog) {
  const auto bot = launch("a");
  callback(bot, "heartbeat");
  for (const auto& record : service_.accesses())
    EXPECT_EQ(record.target.find(bot.callback_secret), std::string::npos);
}

TEST_F(Callbacks, ThatAreNoneAreRefused) {
  const auto bot = launch("a");
  EXPECT_EQ(summary(callback(bot, "dancing")), "404 there is no callback of that name");
  EXPECT_EQ(callback(bot, "heartbeat", "", "PATCH").status, 404);
  EXPECT_EQ(callback(bot, "exited", "", "GET").status, 405);
  for (const auto& [word, said] : std::vector<std::pair<std::string, std::string>>{
           {"exited", "{}"},
           {"exited", R"({"exit_code":"0"})"},
           {"exited", R"({"exit_code":99999999999})"},
           {"exited", R"({"exit_code":0,"reason":5})"},
           {"exited", "["},
           {"exited", "[]"},
           {"status_change", "{}"},
           {"status_change", R"({"status":"dancing"})"},
           {"status_change", R"({"status":7})"},
           {"joining", R"({"container_id":"a\u0000b"})"},
           {"segments", "{}"},
           {"segments", R"({"segments":5})"},
           {"segments", R"({"segments":[{"start":1}]})"},
           {"segments", R"({"segments":[{"start":2,"end":1,"text":"x"}]})"},
           {"segments", R"({"segments":[{"start":1e300,"end":1e301,"text":"x"}]})"},
           {"command_ack", "{}"},
           {"command_ack", R"({"command_id":0})"},
           {"command_ack", R"({"command_id":1,"result":5})"}}) {
    EXPECT_EQ(callback(bot, word, said).status, 422) << word << said;
  }
  EXPECT_EQ(callback(bot, "command_ack", R"({"command_id":99})").status, 404);
  EXPECT_EQ(state_of(bot), "reserved");
}

TEST_F(Callbacks, OfAnEndedSessionAreTold) {
  const auto bot = complete("a");
  EXPECT_EQ(summary(callback(bot, "heartbeat")), "409 This session has ended");
  EXPECT_EQ(summary(callback(bot, "commands", "", "GET")), "409 This session has ended");
  EXPECT_EQ(
      summary(callback(bot, "segments", R"({"segments":[{"start":0,"end":1,"text":"late"}]})")),
      "409 the bot's session has ended");
}

TEST_F(Callbacks, HandInWhatWasSaid) {
  const auto bot = activate("a");
  EXPECT_EQ(callback(bot, "segments", R"({"segments":[]})").json,
            Json::parse(R"({"status":"stored","segments":0})"));
  EXPECT_EQ(callback(bot, "segments", R"({"segments":[{"start":0,"end":1,"text":"a"}]})").json,
            Json::parse(R"({"status":"stored","segments":1})"));
  callback(bot, "segments", R"({"segments":[{"start":0,"end":1.5,"text":"a b"}]})");
  const auto said = user("GET", "/transcripts/google_meet/a").json["segments"];
  ASSERT_EQ(said.size(), 1U) << "the same start replaces";
  EXPECT_EQ(said[0]["text"], "a b");
}

TEST_F(Callbacks, FetchCommandsAfterTheLastOneKnown) {
  const auto bot = activate("a");
  const auto first = user("PUT", "/bots/google_meet/a/config", R"({"language":"de"})");
  const auto second = user("PUT", "/bots/google_meet/a/config", R"({"language":"en"})");
  const auto fetch = [&](const std::string& query) {
    return callback(bot, "commands" + query, "", "GET");
  };

  const auto both = fetch("");
  ASSERT_EQ(both.json["commands"].size(), 2U);
  EXPECT_EQ(both.json["commands"][0]["id"], first.json["command_id"]);
  const auto later = fetch("?after=" + first.json["command_id"].dump());
  EXPECT_LE(later.json["commands"].size(), 1U);
  EXPECT_EQ(fetch("?after=" + second.json["command_id"].dump() + "&wait=1ms").json["commands"],
            Json::array());
  EXPECT_EQ(summary(fetch("?after=x")), "422 query.after: value is not a valid integer");
  EXPECT_EQ(summary(fetch("?wait=soon")), "422 query.wait: value is not a duration");
  EXPECT_EQ(summary(fetch("?wait=-5s")), "422 query.wait: value is not a duration");
}

TEST_F(Callbacks, WaitForTheNextCommand) {
  const auto bot = activate("a");
  std::thread command([&] {
    EXPECT_TRUE(soon([&] { return service_.mailbox().waiting() == 1; }));
    user("PUT", "/bots/google_meet/a/config", R"({"language":"de"})");
  });

  const auto fetched = callback(bot, "commands?wait=20s", "", "GET");

  command.join();
  EXPECT_EQ(fetched.json["commands"].size(), 1U);
}

}  // namespace
}  // namespace bot::routes
