#include "tests/unit/server/bots/world.hpp"

namespace bot::bots {
namespace {

using domain::ChangeSource;
using Kind = StopOutcome::Kind;

class StopTest : public World {};

TEST_F(StopTest, StoresStoppingAtOnceAndSendsLeave) {
  const auto meeting = activate("a");
  const auto stopped = lifecycle_.request_stop(meeting.id, ChangeSource::user);
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->kind, Kind::accepted);
  EXPECT_EQ(stopped->message(), "Stop request accepted and is being processed.");
  EXPECT_EQ(status(meeting.id), "stopping");
  ASSERT_EQ(commands(meeting.id).size(), 1U);
  EXPECT_EQ(commands(meeting.id)[0].action, "leave");
  EXPECT_EQ(stopped->command_id, commands(meeting.id)[0].id);
}

TEST_F(StopTest, FreesTheSeatAtOnce) {
  const auto meeting = activate("a");
  reserve("b");
  ASSERT_TRUE(lifecycle_.request_stop(meeting.id, ChangeSource::user));
  EXPECT_TRUE(lifecycle_.reserve(request("a"))) << "the same meeting again";
}

TEST_F(StopTest, IsRepeatable) {
  const auto meeting = activate("a");
  const auto first = lifecycle_.request_stop(meeting.id, ChangeSource::user);
  const auto second = lifecycle_.request_stop(meeting.id, ChangeSource::user);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(second->kind, Kind::accepted);
  EXPECT_EQ(second->command_id, first->command_id);
  EXPECT_EQ(commands(meeting.id).size(), 1U);
}

TEST_F(StopTest, EndsCompletedWhateverTheBotSays) {
  for (const int code : {0, 1, 143}) {
    const auto meeting = activate("code-" + std::to_string(code));
    ASSERT_TRUE(lifecycle_.request_stop(meeting.id, ChangeSource::user));
    ASSERT_TRUE(exit(meeting.id, code, "signal_sigterm"));
    EXPECT_EQ(status(meeting.id), "completed") << code;
    EXPECT_EQ(data(meeting.id).at("completion_reason"), "stopped") << code;
    EXPECT_EQ(session(meeting.id).exit_code, code);
  }
}

TEST_F(StopTest, EndsCompletedWhenTheBotIsKilledInTheLobby) {
  const auto meeting = launch("a");
  ASSERT_TRUE(say(meeting.id, "joining"));
  ASSERT_TRUE(lifecycle_.request_stop(meeting.id, ChangeSource::user));
  lifecycle_.bot_exited(meeting.id, session(meeting.id).session_uid, {std::nullopt, 9});
  EXPECT_EQ(status(meeting.id), "completed");
  EXPECT_EQ(data(meeting.id).at("completion_reason"), "stopped");
}

TEST_F(StopTest, WithoutABotIsCompletedAtOnce) {
  const auto meeting = reserve("a");
  const auto stopped = lifecycle_.request_stop(meeting.id, ChangeSource::user);
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->kind, Kind::finalized);
  EXPECT_EQ(stopped->message(), "Stop request accepted; meeting finalized (no running container).");
  EXPECT_EQ(status(meeting.id), "completed");
  EXPECT_EQ(data(meeting.id).at("completion_reason"), "stopped");
  EXPECT_EQ(announced(meeting.id), (std::vector<std::string>{"reserved", "stopping", "completed"}));
}

TEST_F(StopTest, OfAnEndedMeetingSaysSo) {
  const auto done = activate("a");
  ASSERT_TRUE(exit(done.id, 0, "normal_completion"));
  EXPECT_EQ(lifecycle_.request_stop(done.id, ChangeSource::user)->kind, Kind::already_completed);
  const auto broken = activate("b");
  ASSERT_TRUE(exit(broken.id, 1, "execution_error"));
  EXPECT_EQ(lifecycle_.request_stop(broken.id, ChangeSource::user)->kind, Kind::already_failed);
  EXPECT_EQ(lifecycle_.request_stop(999, ChangeSource::user).error().code, Errc::not_found);
}

TEST_F(StopTest, KillsABotThatIgnoresLeaveAfterTheGraceTime) {
  const auto meeting = activate("a");
  ASSERT_TRUE(lifecycle_.request_stop(meeting.id, ChangeSource::user));
  clock_.advance(Millis{14'900});
  dispatcher_.wake(stop_lane);
  EXPECT_TRUE(runtime_.stopped().empty());
  clock_.advance(Millis{200});
  dispatcher_.wake(stop_lane);
  ASSERT_TRUE(soon([&] { return !runtime_.stopped().empty(); }));
  // Nobody reports its end: the queue looks again and closes the row.
  ASSERT_TRUE(soon([&] {
    clock_.advance(Millis{2000});
    dispatcher_.wake(stop_lane);
    return status(meeting.id) == "completed";
  }));
  EXPECT_EQ(data(meeting.id).at("completion_reason"), "stopped");
}

TEST_F(StopTest, BotThatEndsByItselfIsNotKilled) {
  const auto meeting = activate("a");
  ASSERT_TRUE(lifecycle_.request_stop(meeting.id, ChangeSource::user));
  ASSERT_TRUE(exit(meeting.id, 0, "self_initiated_leave"));
  clock_.advance(Millis{20'000});
  dispatcher_.wake(stop_lane);
  EXPECT_TRUE(soon([&] {
    return database_.read([](sql::Connection& connection) {
      return !queue::next_run_at(connection, stop_lane).has_value();
    });
  }));
  EXPECT_TRUE(runtime_.stopped().empty());
}

TEST_F(StopTest, FinishedMeetingGetsItsParticipantsAndLanguages) {
  const auto meeting = activate("a");
  const auto uid = session(meeting.id).session_uid;
  ASSERT_TRUE(lifecycle_.segments(
      uid, {{0, 1, "Guten Morgen", "de", "Bruno"}, {1, 2, "Bonjour tous", "fr", "Ada"}}));
  ASSERT_TRUE(exit(meeting.id, 0, "normal_completion"));
  ASSERT_TRUE(soon([&] { return data(meeting.id).contains("participants"); }));
  EXPECT_EQ(data(meeting.id).at("participants"), (types::Json{"Ada", "Bruno"}));
  EXPECT_EQ(data(meeting.id).at("languages"), (types::Json{"de", "fr"}));
}

TEST_F(StopTest, AllOfAUserAreStopped) {
  const auto one = activate("a");
  const auto two = launch("b");
  const auto other = make_user(1);
  const auto stopped = lifecycle_.stop_all_of_user(user_);
  ASSERT_TRUE(stopped);
  EXPECT_EQ(*stopped, 2);
  EXPECT_EQ(status(one.id), "stopping");
  EXPECT_EQ(status(two.id), "stopping");
  EXPECT_EQ(runtime_.stopped().size(), 2U);
  EXPECT_EQ(*lifecycle_.stop_all_of_user(other), 0);
}

TEST_F(StopTest, ShutdownClosesWhatRunsAndLeavesWhatDoesNotYet) {
  const auto running = activate("a");
  const auto lobby = launch("b");
  dispatcher_.stop(Millis{5000});
  user_ = make_user(1);
  const auto parked = reserve("c");
  runtime_.make_stubborn();
  lifecycle_.shutdown(ShutdownPolicy::stop, Millis{20});
  EXPECT_EQ(status(running.id), "completed");
  EXPECT_EQ(status(lobby.id), "completed");
  EXPECT_EQ(status(parked.id), "reserved");
}

TEST_F(StopTest, ShutdownCanLeaveBotsAlone) {
  const auto running = activate("a");
  lifecycle_.shutdown(ShutdownPolicy::leave, Millis{20});
  EXPECT_EQ(status(running.id), "active");
  EXPECT_TRUE(runtime_.stopped().empty());
}

}  // namespace
}  // namespace bot::bots
