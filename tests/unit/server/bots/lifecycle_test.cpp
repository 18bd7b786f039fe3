#include "server/bots/lifecycle.hpp"

#include <thread>

#include "drivers/crypto.hpp"
#include "tests/unit/server/bots/world.hpp"

namespace bot::bots {
namespace {

using domain::ChangeSource;
using domain::MeetingState;

class LifecycleTest : public World {};

TEST_F(LifecycleTest, ReservationHasItsContainerNameAndSession) {
  auto wanted = request("smoke-test-1");
  wanted.language = "en";
  const auto meeting = lifecycle_.reserve(wanted);
  ASSERT_TRUE(meeting);
  EXPECT_EQ(meeting->status, MeetingState::reserved);
  const std::string prefix = "vexa-bot-" + std::to_string(meeting->id) + "-";
  ASSERT_TRUE(meeting->bot_container_id);
  EXPECT_TRUE(meeting->bot_container_id->starts_with(prefix));
  EXPECT_EQ(meeting->bot_container_id->size(), prefix.size() + 8);
  EXPECT_EQ(row(meeting->id).bot_container_id, meeting->bot_container_id);
  EXPECT_TRUE(meeting->bot_name->starts_with("VexaBot-"));
  EXPECT_EQ(session(meeting->id).container_id, meeting->bot_container_id);
  EXPECT_EQ(announced(meeting->id), (std::vector<std::string>{"reserved"}));
}

TEST_F(LifecycleTest, DuplicateIsAConflictInTheContractsWords) {
  reserve("a");
  const auto again = lifecycle_.reserve(request("a"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::conflict);
  EXPECT_EQ(again.error().message,
            "An active or requested meeting already exists for this platform and meeting ID. "
            "Platform: google_meet, Native Meeting ID: a");
}

TEST_F(LifecycleTest, LimitIsRefusedWithWhenToComeBack) {
  reserve("a");
  reserve("b");
  const auto third = lifecycle_.reserve(request("c"));
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, Errc::limit_reached);
  EXPECT_EQ(third.error().message, "Maximum concurrent bots limit reached (2)");
  EXPECT_GT(third.error().retry_after_seconds.value_or(0), 0);
}

TEST_F(LifecycleTest, LimitZeroRefusesEverything) {
  user_ = make_user(0);
  EXPECT_FALSE(lifecycle_.reserve(request("a")));
}

TEST_F(LifecycleTest, UnknownUserIsNotFound) {
  user_ = 9999;
  EXPECT_EQ(lifecycle_.reserve(request("a")).error().code, Errc::not_found);
}

TEST_F(LifecycleTest, RaceForTheSeatsIsWonByExactlyTheLimit) {
  std::atomic<int> accepted{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&, i] {
      const auto got = lifecycle_.reserve(request("race-" + std::to_string(i)));
      if (got) {
        ++accepted;
      } else if (got.error().code == Errc::limit_reached) {
        ++refused;
      }
    });
  }
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(accepted, 2);
  EXPECT_EQ(refused, 30);
}

TEST_F(LifecycleTest, WhatIsStoredWithAReservationCanUndoIt) {
  const auto undone =
      lifecycle_.reserve(request("a"), [](sql::Connection&, const store::MeetingRow&) -> Status {
        return Error{Errc::conflict, "the key is taken"};
      });
  EXPECT_FALSE(undone);
  EXPECT_TRUE(lifecycle_.reserve(request("a")));
}

TEST_F(LifecycleTest, LaunchGivesTheBotASecretOfItsOwn) {
  const auto meeting = launch("a");
  // The handle is stored before the start has returned.
  ASSERT_TRUE(soon([&] { return runtime_.specs().size() == 1; }));
  const BotSpec spec = runtime_.specs()[0];
  EXPECT_EQ(spec.container_id, meeting.bot_container_id);
  EXPECT_EQ(spec.callback_urls, (std::vector<std::string>{"http://127.0.0.1:8056"}));
  const auto known = lifecycle_.authenticate(spec.callback_secret);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->session_uid, spec.session_uid);
  EXPECT_EQ(known->meeting_id, meeting.id);
  EXPECT_NE(spec.callback_secret, spec.session_uid);
  EXPECT_EQ(lifecycle_.authenticate(spec.session_uid).error().code, Errc::not_found);
  EXPECT_EQ(lifecycle_.authenticate("").error().code, Errc::not_found);
}

TEST_F(LifecycleTest, OnlyWhatCouldBeASecretIsLookedFor) {
  for (const auto size : {64u, 76u, 66u, 65u, 128u}) {
    for (const char byte : {'\0', '\xff', 'g', 'A', '%'}) {
      const auto text = std::string(1, byte) + std::string(size - 1, 'a');
      EXPECT_EQ(lifecycle_.authenticate(text).error().code, Errc::not_found);
    }
  }
}

TEST_F(LifecycleTest, APasscodeReachesTheBotAndNothingThatIsShown) {
  auto wanted = request("1234567890");
  wanted.platform = "teams";
  wanted.meeting_url = "https://teams.live.com/meet/1234567890";
  wanted.passcode = "abcdEFGH";
  const auto meeting = lifecycle_.reserve(wanted);
  ASSERT_TRUE(meeting);
  dispatcher_.start();
  dispatching_ = true;
  ASSERT_TRUE(soon([&] { return runtime_.specs().size() == 1; }));
  EXPECT_EQ(runtime_.specs()[0].meeting_url, "https://teams.live.com/meet/1234567890?p=abcdEFGH");
  EXPECT_EQ(row(meeting->id).constructed_meeting_url, "https://teams.live.com/meet/1234567890");
}

TEST_F(LifecycleTest, SecretsOfOneTimeStandTogetherInTheStore) {
  const auto first = session(reserve("a").id);
  const auto second = session(reserve("b").id);
  EXPECT_EQ(first.callback_secret_sha256.substr(0, 12),
            second.callback_secret_sha256.substr(0, 12));
  EXPECT_NE(first.callback_secret_sha256, second.callback_secret_sha256);
}

TEST_F(LifecycleTest, ABotOfAnEarlierProgramIsKnownByItsSecret) {
  const std::string uid = "6b5f2f1e-3c5a-4b0e-9d8e-0123456789ab";
  const auto secret = hmac_sha256_hex("the server's own secret", "bot-session:" + uid);
  const auto meeting = reserve("a");
  database_.write([&](sql::Connection& connection) {
    store::SessionStore(connection).add({meeting.id, uid, sha256_hex(secret)}, clock_.now_ms());
  });
  const auto known = lifecycle_.authenticate(secret);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->session_uid, uid);
}

TEST_F(LifecycleTest, FailedLaunchFreesTheSeatAndSaysSo) {
  runtime_.refuse_starts({Errc::unavailable, "no processes left"});
  const auto meeting = launch("a");
  EXPECT_EQ(status(meeting.id), "failed");
  EXPECT_EQ(data(meeting.id).at("failure_reason"), "launch_failed");
  EXPECT_EQ(data(meeting.id).at("failure_stage"), "requested");
  EXPECT_EQ(data(meeting.id).at("error_details").at("message"), "no processes left");
  EXPECT_TRUE(row(meeting.id).end_time);
  EXPECT_TRUE(session(meeting.id).ended_at);
}

TEST_F(LifecycleTest, BotThatWasStoppedBeforeItsLaunchIsNeverStarted) {
  const auto meeting = reserve("a");
  ASSERT_TRUE(lifecycle_.request_stop(meeting.id, ChangeSource::user));
  dispatcher_.start();
  EXPECT_TRUE(soon([&] {
    return database_.read([](sql::Connection& connection) {
      return !queue::next_run_at(connection, launch_lane).has_value();
    });
  }));
  EXPECT_TRUE(runtime_.specs().empty());
}

TEST_F(LifecycleTest, ReportsLeadThroughTheStates) {
  const auto meeting = launch("a");
  ASSERT_TRUE(say(meeting.id, "joining"));
  EXPECT_EQ(data(meeting.id).at("phase"), "joining");
  ASSERT_TRUE(say(meeting.id, "awaiting_admission"));
  EXPECT_EQ(data(meeting.id).at("phase"), "awaiting_admission");
  EXPECT_FALSE(row(meeting.id).start_time);
  clock_.advance(Millis{500});
  ASSERT_TRUE(say(meeting.id, "active"));
  EXPECT_EQ(row(meeting.id).start_time, clock_.now_ms());
  EXPECT_FALSE(data(meeting.id).contains("phase"));
  EXPECT_EQ(announced(meeting.id),
            (std::vector<std::string>{
                "reserved", "starting/joining", "starting/awaiting_admission", "active"}));
  EXPECT_EQ(changes_,
            (std::vector<std::string>{"reserved>starting by bot_callback",
                                      "starting>active by bot_callback"}));
}

TEST_F(LifecycleTest, RepeatedReportChangesNothing) {
  const auto meeting = activate("a");
  const auto before = row(meeting.id);
  const auto again = say(meeting.id, "active");
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(row(meeting.id), before);
}

TEST_F(LifecycleTest, LateJoiningIsNoStepBack) {
  const auto meeting = launch("a");
  ASSERT_TRUE(say(meeting.id, "joining"));
  ASSERT_TRUE(say(meeting.id, "awaiting_admission"));
  const auto late = say(meeting.id, "joining");
  ASSERT_TRUE(late);
  EXPECT_FALSE(late->changed);
  EXPECT_EQ(data(meeting.id).at("phase"), "awaiting_admission");
}

TEST_F(LifecycleTest, IllegalReportIsRefusedWithFromAndTo) {
  const auto meeting = activate("a");
  const auto before = row(meeting.id);
  const auto refused = say(meeting.id, "awaiting_admission");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  const auto detail = types::Json::parse(refused.error().detail_json);
  EXPECT_EQ(detail.at("status"), "error");
  EXPECT_EQ(detail.at("from"), "active");
  EXPECT_EQ(detail.at("to"), "starting");
  EXPECT_EQ(row(meeting.id), before);
}

TEST_F(LifecycleTest, UnknownSessionIsNotFound) {
  EXPECT_EQ(lifecycle_.report("nobody", BotReport{}).error().code, Errc::not_found);
  EXPECT_EQ(lifecycle_.segments("nobody", {}).error().code, Errc::not_found);
  EXPECT_EQ(lifecycle_.acknowledge("nobody", 1, nullptr).error().code, Errc::not_found);
  EXPECT_EQ(lifecycle_.heartbeats({"nobody"}).error().code, Errc::conflict);
}

// From every state, each kind of report: what becomes of the row.
struct Step {
  const char* from;
  const char* report;
  const char* becomes;  // "-": refused
};

class ReportTable : public World, public testing::WithParamInterface<Step> {
 protected:
  std::int64_t bring_to(const std::string& state) {
    if (state == "reserved") return launch("t").id;
    if (state == "starting") {
      const auto id = launch("t").id;
      EXPECT_TRUE(say(id, "joining"));
      return id;
    }
    const auto id = activate("t").id;
    if (state == "stopping") {
      EXPECT_TRUE(say(id, "leaving"));
    } else if (state == "completed") {
      EXPECT_TRUE(exit(id, 0, "self_initiated_leave"));
    } else if (state == "failed") {
      EXPECT_TRUE(exit(id, 1, "execution_error"));
    }
    return id;
  }
};

TEST_P(ReportTable, Holds) {
  const auto& step = GetParam();
  const auto id = bring_to(step.from);
  ASSERT_EQ(status(id), step.from);
  const std::string word = step.report;
  const auto got = word == "exit0"   ? exit(id, 0, "self_initiated_leave")
                   : word == "exit1" ? exit(id, 1, "execution_error")
                                     : say(id, word);
  if (std::string(step.becomes) == "-") {
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Errc::conflict);
    EXPECT_EQ(status(id), step.from);
  } else {
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(status(id), step.becomes);
  }
}

INSTANTIATE_TEST_SUITE_P(All,
                         ReportTable,
                         testing::Values(Step{"reserved", "joining", "starting"},
                                         Step{"reserved", "active", "-"},
                                         Step{"reserved", "leaving", "stopping"},
                                         Step{"reserved", "exit0", "failed"},
                                         Step{"reserved", "exit1", "failed"},
                                         Step{"starting", "joining", "starting"},
                                         Step{"starting", "active", "active"},
                                         Step{"starting", "leaving", "stopping"},
                                         Step{"starting", "exit0", "failed"},
                                         Step{"starting", "exit1", "failed"},
                                         Step{"active", "joining", "-"},
                                         Step{"active", "active", "active"},
                                         Step{"active", "leaving", "stopping"},
                                         Step{"active", "exit0", "completed"},
                                         Step{"active", "exit1", "failed"},
                                         Step{"stopping", "joining", "-"},
                                         Step{"stopping", "active", "-"},
                                         Step{"stopping", "leaving", "stopping"},
                                         Step{"stopping", "exit0", "completed"},
                                         Step{"stopping", "exit1", "failed"},
                                         Step{"completed", "joining", "-"},
                                         Step{"completed", "active", "-"},
                                         Step{"completed", "leaving", "-"},
                                         Step{"completed", "exit0", "completed"},
                                         Step{"completed", "exit1", "-"},
                                         Step{"failed", "joining", "-"},
                                         Step{"failed", "active", "-"},
                                         Step{"failed", "leaving", "-"},
                                         Step{"failed", "exit0", "-"},
                                         Step{"failed", "exit1", "failed"}),
                         [](const auto& each) {
                           return std::string(each.param.from) + "_" + each.param.report;
                         });

TEST_F(LifecycleTest, ExitKeepsItsReasonAndEndsTheSession) {
  const auto meeting = activate("a");
  ASSERT_TRUE(exit(meeting.id, 0, "left_alone_timeout"));
  EXPECT_EQ(status(meeting.id), "completed");
  EXPECT_EQ(data(meeting.id).at("completion_reason"), "left_alone");
  EXPECT_TRUE(row(meeting.id).end_time);
  EXPECT_EQ(session(meeting.id).exit_code, 0);
  EXPECT_TRUE(session(meeting.id).ended_at);
}

TEST_F(LifecycleTest, FailureKeepsStageAndDetails) {
  const auto meeting = launch("a");
  ASSERT_TRUE(say(meeting.id, "joining"));
  ASSERT_TRUE(exit(meeting.id, 1, "join_meeting_error"));
  EXPECT_EQ(data(meeting.id).at("failure_reason"), "join_meeting_error");
  EXPECT_EQ(data(meeting.id).at("failure_stage"), "joining");
  EXPECT_EQ(data(meeting.id).at("error_details").at("exit_code"), 1);
}

TEST_F(LifecycleTest, SilentDeathFailsTheRowWithItsSignal) {
  const auto meeting = activate("a");
  lifecycle_.bot_exited(meeting.id, session(meeting.id).session_uid, {std::nullopt, 9});
  EXPECT_EQ(status(meeting.id), "failed");
  EXPECT_EQ(data(meeting.id).at("failure_reason"), "bot_killed_signal_9");
  EXPECT_EQ(data(meeting.id).at("error_details").at("signal"), 9);
}

TEST_F(LifecycleTest, SilentDeathWithACodeIsBotExited) {
  const auto meeting = activate("a");
  lifecycle_.bot_exited(meeting.id, session(meeting.id).session_uid, {1, std::nullopt});
  EXPECT_EQ(data(meeting.id).at("failure_reason"), "bot_exited");
  EXPECT_EQ(data(meeting.id).at("error_details").at("exit_code"), 1);
}

TEST_F(LifecycleTest, DeathAfterTheExitReportChangesNothing) {
  const auto meeting = activate("a");
  const auto uid = session(meeting.id).session_uid;
  ASSERT_TRUE(exit(meeting.id, 0, "self_initiated_leave"));
  const auto before = row(meeting.id);
  lifecycle_.bot_exited(meeting.id, uid, {0, std::nullopt});
  EXPECT_EQ(row(meeting.id).status, before.status);
  EXPECT_EQ(row(meeting.id).end_time, before.end_time);
}

TEST_F(LifecycleTest, HeartbeatMovesTheLastSignOfLife) {
  const auto meeting = activate("a");
  clock_.advance(Millis{7000});
  ASSERT_TRUE(lifecycle_.heartbeats({session(meeting.id).session_uid}));
  EXPECT_EQ(row(meeting.id).heartbeat_at, clock_.now_ms());
}

TEST_F(LifecycleTest, SpeechIsStoredAndPublished) {
  const auto meeting = activate("a");
  const auto uid = session(meeting.id).session_uid;
  ASSERT_TRUE(lifecycle_.segments(uid, {{1.5, 2.25, "Guten Morgen", "de", "Ada"}}));
  ASSERT_TRUE(lifecycle_.segments(uid, {{1.5, 2.25, "Guten Morgen zusammen", "de", "Ada"}}));
  const auto stored = database_.read([&](sql::Connection& connection) {
    return store::TranscriptStore(connection).of_meeting(meeting.id);
  });
  ASSERT_EQ(stored.size(), 1U) << "sent again, a segment replaces itself";
  EXPECT_EQ(stored[0].text, "Guten Morgen zusammen");
  const std::scoped_lock lock(events_mutex_);
  const auto& spoken = std::get<events::TranscriptChanged>(events_.back());
  EXPECT_EQ(spoken.user_id, user_);
  EXPECT_EQ(spoken.segments.at(0).absolute_start, session(meeting.id).started_at + 1500);
}

TEST_F(LifecycleTest, ReconfigureSendsOnlyWhatIsGiven) {
  const auto meeting = activate("a");
  const auto done = lifecycle_.configure(meeting.id, {"fr", std::nullopt});
  ASSERT_TRUE(done);
  const auto sent = commands(meeting.id);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].id, done->command_id);
  const auto payload = types::Json::parse(sent[0].payload);
  EXPECT_EQ(payload.at("action"), "reconfigure");
  EXPECT_EQ(payload.at("language"), "fr");
  EXPECT_EQ(payload.at("uid"), session(meeting.id).session_uid);
  EXPECT_FALSE(payload.contains("task"));
}

TEST_F(LifecycleTest, ReconfigureNeedsAnActiveBot) {
  const auto meeting = launch("a");
  const auto early = lifecycle_.configure(meeting.id, {"fr", std::nullopt});
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, Errc::conflict);
  EXPECT_EQ(early.error().message,
            "Meeting found but is not active (status: 'reserved'). Cannot reconfigure.");
  EXPECT_TRUE(commands(meeting.id).empty());
}

TEST_F(LifecycleTest, AcknowledgementStoresWhatIsInForce) {
  const auto meeting = activate("a");
  const auto command = lifecycle_.configure(meeting.id, {"fr", "translate"});
  ASSERT_TRUE(command);
  const auto uid = session(meeting.id).session_uid;
  const types::Json result{{"outcome", "applied"}, {"language", "fr"}, {"task", "translate"}};
  ASSERT_TRUE(lifecycle_.acknowledge(uid, command->command_id, result));
  EXPECT_EQ(commands(meeting.id)[0].status, "acknowledged");
  EXPECT_EQ(row(meeting.id).language, "fr");
  EXPECT_TRUE(lifecycle_.acknowledge(uid, command->command_id, result)) << "again";
  EXPECT_EQ(lifecycle_.acknowledge(uid, 999, result).error().code, Errc::not_found);
}

}  // namespace
}  // namespace bot::bots
