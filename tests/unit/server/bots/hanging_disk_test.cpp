#include <future>

#include "server/bots/reaper.hpp"
#include "tests/fakes/drivers/recording_vfs.hpp"
#include "tests/unit/server/bots/world.hpp"

namespace bot::bots {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// Before the World, whose store is on it.
struct Disk {
  RecordingVfs vfs_;
};

// A store whose disk can be made to hang. What is given up then may become durable later.
class HangingDisk : protected Disk, public World {
 protected:
  explicit HangingDisk(LifecycleOptions options = {})
      : World(std::move(options),
              {.path = ":memory:", .write_wait = Millis{1500}, .sqlite_vfs = vfs_.name()}) {}
  ~HangingDisk() override { vfs_.let_syncs_go(); }
};

TEST_F(HangingDisk, AReservationThatBecomesDurableLateIsLaunchedAllTheSame) {
  dispatcher_.start();
  vfs_.hold_syncs();
  EXPECT_THROW((void)lifecycle_.reserve(request("a")), Unavailable);
  vfs_.let_syncs_go();

  EXPECT_TRUE(soon([&] { return runtime_.specs().size() == 1; }));
}

// Whose launches wait for ten seconds.
class ParkedOnAHangingDisk : public HangingDisk {
 protected:
  static LifecycleOptions parked() {
    LifecycleOptions options;
    options.clocks.start_delay = seconds{10};
    return options;
  }
  ParkedOnAHangingDisk() : HangingDisk(parked()) {}
};

TEST_F(ParkedOnAHangingDisk, WhatWasClaimedLateIsWorkedOnWithoutWaitingForItsLease) {
  dispatcher_.start();
  reserve("a");
  vfs_.hold_syncs();
  clock_.advance(seconds{10});
  dispatcher_.wake(launch_lane);
  // The first looks of other lanes may hang beside it.
  ASSERT_TRUE(soon([&] { return database_.statistics().given_up >= 1; }));
  vfs_.let_syncs_go();

  EXPECT_TRUE(soon([&] { return runtime_.specs().size() == 1; }));
}

TEST_F(HangingDisk, WhoeverListensIsToldOfAChangeThatBecomesDurableLate) {
  const auto bot = activate("a");
  ASSERT_TRUE(soon([&] { return dispatcher_.statistics().done == 1; }));
  vfs_.hold_syncs();
  EXPECT_THROW((void)exit(bot.id, 0, "self_initiated_leave"), Unavailable);
  EXPECT_EQ(announced(bot.id).back(), "active");
  vfs_.let_syncs_go();

  EXPECT_TRUE(soon([&] { return announced(bot.id).back() == "completed"; }));
}

TEST_F(HangingDisk, ABotThatWaitsGetsItsCommandWhenItBecomesDurableLate) {
  const auto bot = activate("a");
  ASSERT_TRUE(soon([&] { return dispatcher_.statistics().done == 1; }));
  std::promise<commands::Commands> got;
  mailbox_.fetch(session_uid(bot.id), 0, minutes{5}, [&](Result<commands::Commands> commands) {
    got.set_value(std::move(commands).value());
  });
  vfs_.hold_syncs();
  EXPECT_THROW((void)lifecycle_.configure(bot.id, {"fr", std::nullopt}), Unavailable);
  vfs_.let_syncs_go();

  auto commands = got.get_future();
  ASSERT_EQ(commands.wait_for(seconds{20}), std::future_status::ready);
  EXPECT_EQ(commands.get().at(0).action, "reconfigure");
}

TEST_F(HangingDisk, ALaunchWhoseHandleIsStoredAfterItsBotWasEndedIsDoneAgain) {
  runtime_.on_start([this] {
    if (runtime_.withdrawn() == 0) vfs_.hold_syncs();
  });
  const auto meeting = reserve("a");
  dispatcher_.start();
  ASSERT_TRUE(soon([&] { return runtime_.withdrawn() == 1; }));
  vfs_.let_syncs_go();
  ASSERT_TRUE(soon([&] { return session(meeting.id).runtime_handle.has_value(); }));
  EXPECT_TRUE(runtime_.specs().empty());

  EXPECT_TRUE(soon([&] {
    clock_.advance(seconds{1});
    dispatcher_.wake(launch_lane);
    return runtime_.specs().size() == 1;
  }));
}

TEST_F(HangingDisk, StartsTheWatchOfTheReaperAnew) {
  Reaper reaper(database_, lifecycle_, clock_, {});
  reaper.run_once();
  const auto bot = activate("a");
  const auto other = activate("b");
  const auto pass_a_minute = [&] {
    clock_.advance(minutes{1});
    return reaper.run_once();
  };
  EXPECT_EQ(pass_a_minute(), 0);
  vfs_.hold_syncs();
  EXPECT_THROW((void)lifecycle_.heartbeats({session_uid(other.id)}), Unavailable);
  EXPECT_THROW((void)lifecycle_.heartbeats({session_uid(bot.id)}), Unavailable);
  vfs_.let_syncs_go();

  EXPECT_EQ(pass_a_minute(), 0);
  EXPECT_EQ(pass_a_minute(), 0) << "it could not be heard";
  EXPECT_EQ(status(bot.id), "active");
}

}  // namespace
}  // namespace bot::bots
