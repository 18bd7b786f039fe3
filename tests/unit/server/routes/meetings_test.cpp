#include "tests/unit/server/routes/api.hpp"

namespace bot::routes {
namespace {

class Meetings : public Api {
 protected:
  std::vector<std::string> listed(const std::string& query, bool as_admin = false) {
    const auto answer =
        as_admin ? admin("GET", "/admin/meetings" + query) : user("GET", "/meetings" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    std::vector<std::string> ids;
    for (const auto& each : answer.json["meetings"])
      ids.push_back(each["native_meeting_id"].is_null()
                        ? "null"
                        : each["native_meeting_id"].get<std::string>());
    return ids;
  }
  std::vector<std::string> listed_by_admin(const std::string& query) { return listed(query, true); }
};

using Ids = std::vector<std::string>;

TEST_F(Meetings, AreListedNewestFirst) {
  start("a");
  activate("b");
  complete("c");
  const auto bob = make_customer("bob@example.com");
  as(bob, "POST", "/bots", R"({"platform":"zoom","native_meeting_id":"bobs"})");

  EXPECT_EQ(listed(""), (Ids{"c", "b", "a"}));
  EXPECT_EQ(listed("?limit=2"), (Ids{"c", "b"}));
  EXPECT_EQ(listed("?offset=1"), (Ids{"b", "a"}));
  EXPECT_EQ(listed("?limit=1&offset=2"), Ids{"a"});
  EXPECT_EQ(listed("?limit=0"), Ids{});
  EXPECT_EQ(listed("?status=active"), Ids{"b"});
  EXPECT_EQ(listed("?status=completed"), Ids{"c"});
  EXPECT_EQ(listed("?status=failed"), Ids{});
  EXPECT_EQ(listed("?platform=google_meet&status=reserved"), Ids{"a"});
  EXPECT_EQ(listed("?platform=zoom"), Ids{});
  EXPECT_EQ(listed("?status=failed&status=active"), Ids{"b"}) << "the last of a repeated key";
  EXPECT_EQ(listed("?user_id=2"), (Ids{"c", "b", "a"})) << "nobody sees another's";
}

TEST_F(Meetings, AreFilteredByWordsThatExist) {
  for (const auto& [query, expected] : std::vector<std::pair<std::string, std::string>>{
           {"?limit=-1", "422 query.limit: ensure this value is greater than or equal to 0"},
           {"?limit=1001", "422 query.limit: ensure this value is less than or equal to 1000"},
           {"?limit=1.5", "422 query.limit: value is not a valid integer"},
           {"?offset=x", "422 query.offset: value is not a valid integer"},
           {"?status=ready",
            "422 query.status: value is not a valid enumeration member; permitted: 'reserved', "
            "'starting', 'active', 'stopping', 'completed', 'failed'"},
           {"?status=",
            "422 query.status: value is not a valid enumeration member; permitted: 'reserved', "
            "'starting', 'active', 'stopping', 'completed', 'failed'"},
           {"?platform=webex",
            "422 query.platform: value is not a valid enumeration member; permitted: "
            "'google_meet', 'zoom', 'teams'"}}) {
    EXPECT_EQ(summary(user("GET", "/meetings" + query)), expected);
    EXPECT_EQ(summary(admin("GET", "/admin/meetings" + query)), expected);
  }
  EXPECT_EQ(summary(admin("GET", "/admin/meetings?user_id=x")),
            "422 query.user_id: value is not a valid integer");
}

TEST_F(Meetings, OfAllUsersAreListedForTheAdmin) {
  start("a");
  const auto bob = make_customer("bob@example.com");
  as(bob, "POST", "/bots", R"({"platform":"zoom","native_meeting_id":"b"})");
  start("c");

  EXPECT_EQ(listed_by_admin(""), (Ids{"c", "b", "a"}));
  EXPECT_EQ(listed_by_admin("?user_id=" + std::to_string(bob.id)), Ids{"b"});
  EXPECT_EQ(listed_by_admin("?user_id=999"), Ids{});
  EXPECT_EQ(listed_by_admin("?limit=1&offset=1"), Ids{"b"});
  EXPECT_EQ(listed_by_admin("?status=reserved&platform=google_meet&user_id=1"), (Ids{"c", "a"}));
}

TEST_F(Meetings, ComeWithTheirUsersInTheStatistics) {
  const std::string target = "/admin/stats/meetings-users";
  EXPECT_EQ(admin("GET", target).json, Json::parse(R"({"total":0,"items":[]})"));
  start("a");
  start("b");

  const auto shown = admin("GET", target + "?skip=1&limit=1").json;
  EXPECT_EQ(shown["total"], 2);
  ASSERT_EQ(shown["items"].size(), 1U);
  EXPECT_EQ(shown["items"][0]["native_meeting_id"], "a");
  EXPECT_EQ(shown["items"][0]["user"]["email"], ann_.email);
  EXPECT_EQ(summary(admin("GET", target + "?skip=x")),
            "422 query.skip: value is not a valid integer");
  EXPECT_EQ(summary(admin("GET", target + "?limit=5000")),
            "422 query.limit: ensure this value is less than or equal to 1000");
}

TEST_F(Meetings, AreStoppedByTheAdmin) {
  const auto bot = activate("a");
  const auto target = "/admin/meetings/" + std::to_string(bot.meeting_id) + "/stop";

  const auto accepted = admin("POST", target);

  EXPECT_EQ(accepted.status, 202);
  EXPECT_EQ(accepted.json["message"], "Stop request accepted and is being processed.");
  EXPECT_EQ(accepted.json["status"], "stopping");
  EXPECT_EQ(audited().back(),
            "meeting.stop meeting 1 Stop request accepted and is being processed. (admin)");
  callback(bot, "exited", R"({"exit_code":0})");
  EXPECT_EQ(admin("POST", target).json["message"], "Meeting already completed.");
  EXPECT_EQ(summary(admin("POST", "/admin/meetings/99/stop")), "404 Meeting not found");
  EXPECT_EQ(summary(admin("POST", "/admin/meetings/a/stop")),
            "422 path.meeting_id: value is not a valid integer");
}

TEST_F(Meetings, TakeWhatTheirUserNotes) {
  start("a");
  const std::string target = "/meetings/google_meet/a";
  const auto patched = user("PATCH",
                            target,
                            R"({"data":{"name":"Weekly","participants":["Ann","Bob"],
                                "languages":["de","en"],"notes":"ü\n2","status":"failed"}})");

  ASSERT_EQ(patched.status, 200);
  EXPECT_EQ(patched.json["data"]["name"], "Weekly");
  EXPECT_EQ(patched.json["data"]["participants"], Json({"Ann", "Bob"}));
  EXPECT_EQ(patched.json["data"]["languages"], Json({"de", "en"}));
  EXPECT_EQ(patched.json["data"]["notes"], "ü\n2");
  EXPECT_FALSE(patched.json["data"].contains("status"));
  EXPECT_EQ(patched.json["data"]["status_transition"].size(), 1U) << "what was there stays";

  const auto merged = user("PATCH", target, R"({"data":{"notes":"","name":null}})").json["data"];
  EXPECT_EQ(merged["notes"], "");
  EXPECT_EQ(merged["name"], "Weekly");
}

TEST_F(Meetings, RefuseNotesThatAreNone) {
  start("a");
  const std::string target = "/meetings/google_meet/a";
  for (const auto& [body, expected] : std::vector<std::pair<std::string, std::string>>{
           {"", "422 body: field required"},
           {"{}", "422 body.data: field required"},
           {R"({"data":null})", "422 body.data: none is not an allowed value"},
           {R"({"data":[]})", "422 body.data: value is not a valid dict"},
           {R"({"data":{}})", "400 No data provided for update."},
           {R"({"data":{"name":null,"other":1}})", "400 No data provided for update."},
           {R"({"data":{"name":5,"participants":"Ann"}})",
            "422 body.data.name: str type expected | "
            "body.data.participants: value is not a valid list"},
           {R"({"data":{"participants":["Ann",5]}})",
            "422 body.data.participants.1: str type expected"},
           {R"({"data":{"notes":")" + std::string(16'385, 'n') + R"("}})",
            "422 body.data.notes: ensure this value has at most 16384 characters"}}) {
    EXPECT_EQ(summary(user("PATCH", target, body)), expected) << body.substr(0, 100);
  }
  EXPECT_TRUE(summary(user("PATCH", target, R"({"data":{"languages":["de","zz","yy"]}})"))
                  .starts_with("422 body.data.languages: Invalid language codes: ['zz', 'yy']. "
                               "Must be one of: ['af', 'am', "));
  const Json many{{"data", {{"participants", std::vector<std::string>(1001, "x")}}}};
  EXPECT_EQ(summary(user("PATCH", target, many.dump())),
            "422 body.data.participants: ensure this list has at most 1000 items");
}

TEST_F(Meetings, ThatAreNotTheresAreA404) {
  const auto bob = make_customer("bob@example.com");
  start("a");
  const std::string expected = "404 Meeting not found for platform google_meet and ID a";

  EXPECT_EQ(summary(as(bob, "PATCH", "/meetings/google_meet/a", R"({"data":{"name":"x"}})")),
            expected);
  EXPECT_EQ(summary(as(bob, "DELETE", "/meetings/google_meet/a")), expected);
  EXPECT_EQ(summary(as(bob, "GET", "/transcripts/google_meet/a")), expected);
  EXPECT_EQ(summary(as(bob, "GET", "/bots/google_meet/a/commands")), expected);
  EXPECT_EQ(summary(user("DELETE", "/meetings/zoom/a")),
            "404 Meeting not found for platform zoom and ID a");
}

TEST_F(Meetings, AreAnonymisedOnceTheyAreOver) {
  const auto bot = activate("a");
  callback(bot, "segments", R"({"segments":[{"start":0,"end":1,"text":"hello"}]})");
  user("PATCH", "/meetings/google_meet/a", R"({"data":{"name":"Secret"}})");
  EXPECT_EQ(summary(user("DELETE", "/meetings/google_meet/a")),
            "409 Meeting not finalized; cannot delete transcripts. Current status: active");
  callback(bot, "exited", R"({"exit_code":0})");

  const auto gone = user("DELETE", "/meetings/google_meet/a");

  EXPECT_EQ(gone.status, 200);
  EXPECT_EQ(gone.json["message"], "Meeting google_meet/a transcripts deleted and data anonymized");
  EXPECT_EQ(user("GET", "/transcripts/google_meet/a").status, 404);
  EXPECT_EQ(summary(user("DELETE", "/meetings/google_meet/a")),
            "404 Meeting not found for platform google_meet and ID a");
  const auto left = user("GET", "/meetings").json["meetings"];
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0]["native_meeting_id"], nullptr);
  EXPECT_EQ(left[0]["constructed_meeting_url"], nullptr);
  EXPECT_EQ(left[0]["data"]["redacted"], true);
  EXPECT_EQ(left[0]["data"]["completion_reason"], "stopped");
  EXPECT_FALSE(left[0]["data"].contains("name"));
  EXPECT_EQ(user("GET", "/meetings/1/timeline").json["transitions"].size(), 4U);
}

TEST_F(Meetings, HaveATimelineForTheirUserAndTheAdmin) {
  const auto bot = complete("a");
  const auto bob = make_customer("bob@example.com");

  const auto own = user("GET", "/meetings/1/timeline");
  ASSERT_EQ(own.status, 200);
  EXPECT_EQ(own.json["meeting_id"], 1);
  EXPECT_EQ(own.json["status"], "completed");
  ASSERT_EQ(own.json["sessions"].size(), 1U);
  EXPECT_EQ(own.json["sessions"][0]["session_uid"], bot.session_uid);
  std::vector<std::string> changes;
  for (const auto& each : own.json["transitions"])
    changes.push_back(each["from"].dump() + ">" + each["to"].get<std::string>() + " " +
                      each["source"].get<std::string>());
  EXPECT_EQ(changes,
            (std::vector<std::string>{"null>reserved user",
                                      "\"reserved\">starting bot_callback",
                                      "\"starting\">active bot_callback",
                                      "\"active\">completed bot_callback"}));

  EXPECT_EQ(admin("GET", "/meetings/1/timeline").json, own.json);
  EXPECT_EQ(summary(as(bob, "GET", "/meetings/1/timeline")), "404 Meeting not found");
  EXPECT_EQ(summary(user("GET", "/meetings/2/timeline")), "404 Meeting not found");
  EXPECT_EQ(summary(admin("GET", "/meetings/2/timeline")), "404 Meeting not found");
  EXPECT_EQ(summary(user("GET", "/meetings/x/timeline")),
            "422 path.meeting_id: value is not a valid integer");
}

class Transcripts : public Api {};

TEST_F(Transcripts, AreEmptyBeforeAnybodySpeaks) {
  start("a");
  const auto shown = user("GET", "/transcripts/google_meet/a");
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.json["status"], "reserved");
  EXPECT_EQ(shown.json["segments"], Json::array());
}

TEST_F(Transcripts, ShowWhatWasSaid) {
  const auto bot = activate("abc-defg-hij");
  EXPECT_EQ(callback(bot,
                     "segments",
                     R"({"segments":[{"start":2.5,"end":3.25,"text":"world","language":"en",
                         "speaker":"Ann"},{"start":1,"end_time":2,"text":"hello"}]})")
                .status,
            200);

  const auto shown = user("GET", "/transcripts/google_meet/abc-defg-hij").json;
  EXPECT_EQ(shown["constructed_meeting_url"], "https://meet.google.com/abc-defg-hij");
  ASSERT_EQ(shown["segments"].size(), 2U);
  EXPECT_EQ(shown["segments"][0]["text"], "hello");
  EXPECT_EQ(shown["segments"][0]["language"], nullptr);
  EXPECT_EQ(shown["segments"][0]["speaker"], nullptr);
  EXPECT_EQ(shown["segments"][1]["text"], "world");
  EXPECT_EQ(shown["segments"][1]["start"], 2.5);
  EXPECT_EQ(shown["segments"][1]["speaker"], "Ann");
  EXPECT_EQ(shown["segments"][1]["absolute_start_time"], "2025-11-21T21:20:02.500Z");
  EXPECT_EQ(shown["segments"][1]["absolute_end_time"], "2025-11-21T21:20:03.250Z");
}

TEST_F(Transcripts, AreOfTheNewestMeetingUnlessOneIsNamed) {
  const auto first = activate("a");
  callback(first, "segments", R"({"segments":[{"start":0,"end":1,"text":"first"}]})");
  callback(first, "exited", R"({"exit_code":0})");
  start("a");
  const auto target = std::string("/transcripts/google_meet/a");

  EXPECT_EQ(user("GET", target).json["id"], 2);
  EXPECT_EQ(user("GET", target).json["segments"].size(), 0U);
  EXPECT_EQ(user("GET", target + "?meeting_id=1").json["segments"][0]["text"], "first");
  EXPECT_EQ(summary(user("GET", target + "?meeting_id=9")),
            "404 Meeting not found for platform google_meet, ID a, and meeting_id 9");
  EXPECT_EQ(summary(user("GET", "/transcripts/zoom/a?meeting_id=1")),
            "404 Meeting not found for platform zoom, ID a, and meeting_id 1");
  EXPECT_EQ(summary(user("GET", target + "?meeting_id=x")),
            "422 query.meeting_id: value is not a valid integer");
  const auto bob = make_customer("bob@example.com");
  EXPECT_EQ(summary(as(bob, "GET", target + "?meeting_id=1")),
            "404 Meeting not found for platform google_meet, ID a, and meeting_id 1");
}

class Commands : public Api {};

TEST_F(Commands, AreFollowedFromSentToAcknowledged) {
  const auto bot = activate("a");
  const auto id =
      user("PUT", "/bots/google_meet/a/config", R"({"language":"de","task":"translate"})")
          .json["command_id"]
          .get<std::int64_t>();
  const auto target = "/bots/google_meet/a/commands/" + std::to_string(id);
  EXPECT_EQ(user("GET", target).json["status"], "sent");

  const auto fetched = callback(bot, "commands", "", "GET");
  ASSERT_EQ(fetched.status, 200);
  ASSERT_EQ(fetched.json["commands"].size(), 1U);
  EXPECT_EQ(fetched.json["commands"][0]["payload"]["language"], "de");
  EXPECT_EQ(user("GET", target).json["status"], "delivered");

  const Json done{{"command_id", id}, {"result", {{"language", "de"}, {"task", "translate"}}}};
  EXPECT_EQ(callback(bot, "command_ack", done.dump()).status, 200);
  const auto shown = user("GET", target).json;
  EXPECT_EQ(shown["status"], "acknowledged");
  EXPECT_EQ(shown["result"], done["result"]);
  EXPECT_EQ(user("GET", "/bots/google_meet/a/commands").json["commands"], Json::array({shown}));
}

TEST_F(Commands, StayReadableWhenTheMeetingHasANewerBot) {
  const auto bot = activate("a");
  const auto id = user("PUT", "/bots/google_meet/a/config", "{}").json["command_id"].dump();
  callback(bot, "exited", R"({"exit_code":0})");
  start("a");

  EXPECT_EQ(user("GET", "/bots/google_meet/a/commands/" + id).status, 200);
  EXPECT_EQ(user("GET", "/bots/google_meet/a/commands").json["commands"].size(), 0U);
}

TEST_F(Commands, OfOthersAreNotThere) {
  activate("a");
  const auto id = user("PUT", "/bots/google_meet/a/config", "{}").json["command_id"].dump();
  const auto bob = make_customer("bob@example.com");

  EXPECT_EQ(summary(as(bob, "GET", "/bots/google_meet/a/commands/" + id)), "404 Command not found");
  EXPECT_EQ(summary(user("GET", "/bots/zoom/a/commands/" + id)), "404 Command not found");
  EXPECT_EQ(summary(user("GET", "/bots/google_meet/b/commands/" + id)), "404 Command not found");
  EXPECT_EQ(summary(user("GET", "/bots/google_meet/a/commands/99")), "404 Command not found");
  EXPECT_EQ(summary(user("GET", "/bots/google_meet/a/commands/x")),
            "422 path.command_id: value is not a valid integer");
}

}  // namespace
}  // namespace bot::routes
