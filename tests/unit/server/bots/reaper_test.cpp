#include "server/bots/reaper.hpp"

#include "tests/unit/server/bots/world.hpp"

namespace bot::bots {
namespace {

using domain::ChangeSource;
using std::chrono::minutes;
using std::chrono::seconds;

class ReaperTest : public World {
 protected:
  ReaperTest() { user_ = make_user(10); }

  // Lets time pass as the loop would, one round a minute.
  int pass(minutes time) {
    int reaped = 0;
    for (minutes passed{0}; passed < time; passed += minutes{1}) {
      clock_.advance(minutes{1});
      reaped += reaper_.run_once();
    }
    return reaped;
  }
  std::string reason(std::int64_t id) {
    const auto all = data(id);
    return all.contains("failure_reason") ? all.at("failure_reason").get<std::string>() : "";
  }

  Reaper reaper_{database_, lifecycle_, clock_, {}};
};

TEST_F(ReaperTest, NobodyIsJudgedWithinTheFirstLimit) {
  const auto silent = activate("a");
  clock_.advance(minutes{60});
  EXPECT_EQ(reaper_.run_once(), 0) << "it has only begun to look";
  clock_.advance(minutes{1});
  EXPECT_EQ(reaper_.run_once(), 0);
  EXPECT_EQ(status(silent.id), "active");
}

TEST_F(ReaperTest, SilentActiveBotIsStoppedAndFailed) {
  reaper_.run_once();
  const auto silent = activate("a");
  const auto heard = activate("b");
  for (int minute = 0; minute < 3; ++minute) {
    ASSERT_TRUE(lifecycle_.heartbeats({session(heard.id).session_uid}));
    pass(minutes{1});
  }
  EXPECT_EQ(status(silent.id), "failed");
  EXPECT_EQ(reason(silent.id), "stale_active_timeout");
  EXPECT_EQ(runtime_.stopped(), (std::vector<std::string>{*session(silent.id).runtime_handle}));
  EXPECT_EQ(announced(silent.id).back(), "failed");
  EXPECT_EQ(changes_.back(), "active>failed by cleanup");
  EXPECT_TRUE(session(silent.id).ended_at);
  EXPECT_EQ(status(heard.id), "active");
}

TEST_F(ReaperTest, HungLobbyIsFailedAfterTenMinutes) {
  reaper_.run_once();
  const auto hung = launch("a");
  ASSERT_TRUE(say(hung.id, "joining"));
  ASSERT_TRUE(say(hung.id, "awaiting_admission"));
  EXPECT_EQ(pass(minutes{10}), 0);
  EXPECT_EQ(pass(minutes{1}), 1);
  EXPECT_EQ(reason(hung.id), "stale_starting_timeout");
  EXPECT_EQ(data(hung.id).at("failure_stage"), "awaiting_admission");
}

TEST_F(ReaperTest, ReservationWithoutACallBackIsFailedAfterFiveMinutes) {
  reaper_.run_once();
  const auto mute = launch("a");
  EXPECT_EQ(pass(minutes{5}), 0);
  EXPECT_EQ(pass(minutes{1}), 1);
  EXPECT_EQ(reason(mute.id), "stale_reserved_timeout");
}

TEST_F(ReaperTest, StoppingForFiveMinutesIsFailed) {
  reaper_.run_once();
  const auto stuck = activate("a");
  dispatcher_.stop(Millis{5000});
  ASSERT_TRUE(lifecycle_.request_stop(stuck.id, ChangeSource::user));
  pass(minutes{6});
  EXPECT_EQ(status(stuck.id), "failed");
  EXPECT_EQ(reason(stuck.id), "stale_stopping_timeout");
}

TEST_F(ReaperTest, BotThatReportsItsEndWhenStoppedKeepsTheVerdict) {
  reaper_.run_once();
  const auto silent = activate("a");
  runtime_.on_stop([&] { EXPECT_TRUE(exit(silent.id, 143, "signal_sigterm")); });
  pass(minutes{3});
  EXPECT_EQ(reason(silent.id), "stale_active_timeout");
}

TEST_F(ReaperTest, BotThatCannotBeStoppedKeepsItsRow) {
  reaper_.run_once();
  const auto silent = activate("a");
  runtime_.make_stubborn();
  clock_.advance(minutes{1});
  reaper_.run_once();
  clock_.advance(minutes{1});
  reaper_.run_once();
  clock_.advance(minutes{1});
  EXPECT_EQ(reaper_.run_once(), 0);
  EXPECT_EQ(status(silent.id), "active");
}

TEST_F(ReaperTest, NobodyIsJudgedWhileTheRuntimeIsBlindNorForALimitAfter) {
  reaper_.run_once();
  const auto silent = activate("a");
  runtime_.be_blind(true);
  EXPECT_EQ(pass(minutes{30}), 0);
  runtime_.be_blind(false);
  EXPECT_EQ(pass(minutes{1}), 0);
  EXPECT_EQ(status(silent.id), "active");
  EXPECT_EQ(pass(minutes{2}), 1) << "which is over some time";
}

TEST_F(ReaperTest, BotThatIsHeardWhileOthersAreStoppedIsSpared) {
  reaper_.run_once();
  const auto silent = activate("a");
  const auto heard = activate("b");
  // Stopping the first takes as long as the second needs to be heard.
  runtime_.on_stop([&] { EXPECT_TRUE(lifecycle_.heartbeats({session_uid(heard.id)})); });
  EXPECT_EQ(pass(minutes{3}), 1);
  EXPECT_EQ(status(silent.id), "failed");
  EXPECT_EQ(status(heard.id), "active");
  EXPECT_EQ(runtime_.stopped(), (std::vector<std::string>{*session(silent.id).runtime_handle}));
}

TEST_F(ReaperTest, BotThatWentOnWhileOthersWereStoppedIsSpared) {
  reaper_.run_once();
  const auto silent = launch("a");
  const auto admitted = launch("b");
  ASSERT_TRUE(say(silent.id, "joining"));
  ASSERT_TRUE(say(admitted.id, "joining"));
  runtime_.on_stop([&] { EXPECT_TRUE(say(admitted.id, "active")); });
  EXPECT_EQ(pass(minutes{11}), 1);
  EXPECT_EQ(status(silent.id), "failed");
  EXPECT_EQ(status(admitted.id), "active");
}

TEST_F(ReaperTest, AGapOfItsOwnStartsTheWatchAnew) {
  reaper_.run_once();
  const auto bot = activate("a");
  pass(minutes{1});
  // As after SIGSTOP: every bot looks silent, because nobody was there to hear it.
  clock_.advance(minutes{30});
  EXPECT_EQ(reaper_.run_once(), 0);
  clock_.advance(minutes{1});
  ASSERT_TRUE(lifecycle_.heartbeats({session(bot.id).session_uid}));
  EXPECT_EQ(reaper_.run_once(), 0);
  EXPECT_EQ(pass(minutes{1}), 0);
  EXPECT_EQ(status(bot.id), "active");
}

// Half an hour passes after so many looks at the clock.
class DozingClock final : public Clock {
 public:
  explicit DozingClock(ManualClock& clock) : clock_(clock) {}

  UnixMillis now_ms() const override {
    look();
    return clock_.now_ms();
  }
  std::chrono::milliseconds monotonic() const override {
    look();
    return clock_.monotonic();
  }
  void doze_after(int looks) { looks_left_ = looks; }

 private:
  void look() const {
    if (looks_left_-- == 0) clock_.advance(minutes{30});
  }

  ManualClock& clock_;
  mutable int looks_left_ = -1;
};

TEST_F(ReaperTest, BeingStoppedInTheMiddleOfARoundReapsNobody) {
  DozingClock dozing(clock_);
  Reaper reaper(database_, lifecycle_, dozing, {});
  reaper.run_once();
  const auto bot = activate("a");
  for (int looks = 0; looks < 6; ++looks) {
    for (int minute = 0; minute < 4; ++minute) {
      clock_.advance(minutes{1});
      ASSERT_TRUE(lifecycle_.heartbeats({session(bot.id).session_uid}));
      EXPECT_EQ(reaper.run_once(), 0);
    }
    clock_.advance(minutes{1});
    ASSERT_TRUE(lifecycle_.heartbeats({session(bot.id).session_uid}));
    dozing.doze_after(looks);
    EXPECT_EQ(reaper.run_once(), 0) << "stopped after " << looks << " looks at the clock";
    dozing.doze_after(-1);
  }
  EXPECT_EQ(status(bot.id), "active");
}

TEST_F(ReaperTest, AfterAGapTheReallySilentIsStillFound) {
  reaper_.run_once();
  const auto bot = activate("a");
  clock_.advance(minutes{30});
  EXPECT_EQ(reaper_.run_once(), 0);
  EXPECT_EQ(pass(minutes{1}), 0);
  EXPECT_EQ(pass(minutes{1}), 1);
  EXPECT_EQ(status(bot.id), "failed");
}

TEST_F(ReaperTest, ASteppedClockReapsNobody) {
  reaper_.run_once();
  const auto bot = activate("a");
  pass(minutes{1});
  for (const auto step : {std::chrono::hours{24}, std::chrono::hours{-48}}) {
    clock_.step(step);
    EXPECT_EQ(reaper_.run_once(), 0);
    clock_.advance(minutes{1});
    ASSERT_TRUE(lifecycle_.heartbeats({session(bot.id).session_uid}));
    EXPECT_EQ(reaper_.run_once(), 0);
  }
  EXPECT_EQ(status(bot.id), "active");
}

TEST_F(ReaperTest, AfterABackwardStepTheSilentAreFoundInTimeAndTheHeardSpared) {
  reaper_.run_once();
  const auto silent = activate("silent");
  const auto heard = activate("heard");
  const auto hung = launch("hung");
  ASSERT_TRUE(say(hung.id, "joining"));
  const auto mute = launch("mute");
  clock_.step(std::chrono::hours{-1});
  ASSERT_EQ(reaper_.run_once(), 0);
  const auto pass_with_heartbeats = [&](int rounds) {
    for (int minute = 0; minute < rounds; ++minute) {
      ASSERT_TRUE(lifecycle_.heartbeats({session_uid(heard.id)}));
      pass(minutes{1});
    }
  };

  pass_with_heartbeats(2);
  EXPECT_EQ(status(silent.id), "active") << "not before its limit";
  pass_with_heartbeats(1);
  EXPECT_EQ(reason(silent.id), "stale_active_timeout");
  pass_with_heartbeats(2);
  EXPECT_EQ(status(mute.id), "reserved") << "not before its limit";
  pass_with_heartbeats(1);
  EXPECT_EQ(reason(mute.id), "stale_reserved_timeout");
  pass_with_heartbeats(5);
  EXPECT_EQ(reason(hung.id), "stale_starting_timeout");
  EXPECT_EQ(status(heard.id), "active");
}

TEST_F(ReaperTest, EndsThatCouldNotBeStoredAreStoredLater) {
  const auto bot = activate("a");
  store_is_away_ = true;
  EXPECT_FALSE(lifecycle_.bot_exited(bot.id, session_uid(bot.id), {1, std::nullopt}));
  EXPECT_EQ(status(bot.id), "active");
  EXPECT_EQ(reaper_.run_once(), 0);
  EXPECT_EQ(status(bot.id), "active");
  store_is_away_ = false;
  EXPECT_EQ(reaper_.run_once(), 0);
  EXPECT_EQ(status(bot.id), "failed");
  EXPECT_EQ(reason(bot.id), "bot_exited");
}

class ParkedTest : public World {
 protected:
  static LifecycleOptions parked() {
    LifecycleOptions options;
    options.clocks.start_delay = std::chrono::hours{1};
    return options;
  }
  ParkedTest() : World(parked()) {}
  Reaper reaper_{database_, lifecycle_, clock_, {}};
};

TEST_F(ParkedTest, LaunchThatIsParkedIsNotStale) {
  reaper_.run_once();
  const auto parked = reserve("a");
  int reaped = 0;
  for (int minute = 0; minute < 60; ++minute) {
    clock_.advance(minutes{1});
    reaped += reaper_.run_once();
  }
  EXPECT_EQ(reaped, 0);
  EXPECT_EQ(status(parked.id), "reserved");
  dispatcher_.start();
  ASSERT_TRUE(soon([&] { return session(parked.id).runtime_handle.has_value(); }));
  clock_.advance(minutes{1});
  EXPECT_EQ(reaper_.run_once(), 0) << "it counts from the launch";
  for (int minute = 0; minute < 5; ++minute) {
    clock_.advance(minutes{1});
    reaped += reaper_.run_once();
  }
  EXPECT_EQ(reaped, 1);
}

}  // namespace
}  // namespace bot::bots
