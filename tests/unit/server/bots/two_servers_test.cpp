#include <algorithm>
#include <set>

#include "server/bots/adoption.hpp"
#include "server/bots/launch_rows.hpp"
#include "server/store/replica_store.hpp"
#include "tests/unit/server/bots/world.hpp"

namespace bot::bots {
namespace {

using std::chrono::minutes;

// Who has ended. Before the World, whose lifecycle asks it.
struct Ended {
  std::set<std::string, std::less<>> ended_;
};

// Two servers of one database and one place: the World's own one, and another one beside it, which
// sees the same bots.
class TwoServers : protected Ended, public World {
 protected:
  TwoServers() : World(options_of("one")) {}

  LifecycleOptions options_of(const std::string& owner, const std::string& place = "here") {
    LifecycleOptions options;
    options.keeper = {owner, place};
    options.is_gone = [this](std::string_view id) { return ended_.contains(id); };
    return options;
  }
  AdoptionResult adopt_by_other() {
    return adopt_orphans(
        database_, runtime_, other_, {ended_.begin(), ended_.end()}, clock_.now_ms());
  }
  // Rows that tell of this server would be taken for those of one that has left without a word.
  void register_both() {
    database_.write([](sql::Connection& connection) {
      store::ReplicaStore replicas(connection);
      replicas.put({"one", "here", "", 1});
      replicas.put({"two", "here", "", 1});
    });
  }
  void store_launch(std::int64_t meeting_id, const std::string& handle, const Keeper& keeper) {
    const auto uid = session_uid(meeting_id);
    database_.write([&](sql::Connection& connection) {
      record_launch(connection, uid, {"fake", handle}, keeper, clock_.now_ms());
    });
  }
  LaunchedBot launched(std::int64_t meeting_id) {
    for (auto& bot : database_.read(launched_bots)) {
      if (bot.meeting_id == meeting_id) return bot;
    }
    return {};
  }

  Lifecycle other_{{database_, runtime_, mailbox_, bus_, clock_}, prepared(options_of("two"))};
};

TEST_F(TwoServers, TheBotsOfOneThatIsThereAreLeftToIt) {
  register_both();
  activate("a");

  const auto result = adopt_by_other();
  EXPECT_EQ(result.adopted + result.closed, 0);
  EXPECT_EQ(adopt_bots(database_, runtime_, other_).adopted, 0);
  EXPECT_EQ(adopt_bots(database_, runtime_, lifecycle_).adopted, 1);
}

TEST_F(TwoServers, TheBotsOfOneThatHasEndedAreTakenOver) {
  register_both();
  const auto alive = activate("alive");
  const auto dead = activate("dead");
  runtime_.forget(session_uid(dead.id));
  ended_.insert("one");

  const auto result = adopt_by_other();
  EXPECT_EQ(result.adopted, 1);
  EXPECT_EQ(result.closed, 1);
  EXPECT_EQ(session(alive.id).owner, "two");
  EXPECT_EQ(status(alive.id), "active");
  EXPECT_EQ(status(dead.id), "failed");
}

TEST_F(TwoServers, TheBotsOfOneThatIsInNoRowAreTakenOver) {
  const auto bot = activate("a");

  EXPECT_EQ(adopt_by_other().adopted, 1);
  EXPECT_EQ(session(bot.id).owner, "two");
}

TEST_F(TwoServers, OfSeveralThatTakeABotOverOneGetsIt) {
  const auto bot = launched(activate("a").id);
  const auto take = [&](const Keeper& keeper) {
    return database_.write([&](sql::Connection& connection) {
      return take_over(connection, bot, keeper, clock_.now_ms());
    });
  };

  EXPECT_TRUE(take({"two", "here"}));
  EXPECT_FALSE(take({"three", "here"}));
  EXPECT_EQ(session(bot.meeting_id).owner, "two");
}

TEST_F(TwoServers, ABotThatWasTakenOverCountsAsHeardOf) {
  const auto bot = activate("a");
  clock_.advance(minutes{10});
  adopt_by_other();

  EXPECT_EQ(row(bot.id).heartbeat_at, clock_.now_ms());
}

TEST_F(TwoServers, BotsOfAnotherPlaceAreNotTakenOver) {
  Lifecycle far{{database_, runtime_, mailbox_, bus_, clock_},
                prepared(options_of("far", "elsewhere"))};
  const auto bot = activate("a");
  ended_.insert("one");

  const auto result =
      adopt_orphans(database_, runtime_, far, {ended_.begin(), ended_.end()}, clock_.now_ms());
  EXPECT_EQ(result.adopted + result.closed, 0);
  EXPECT_EQ(session(bot.id).owner, "one");
}

TEST_F(TwoServers, TheCleanupLeavesBotsToTheServerThatIsThere) {
  const auto bot = activate("a");
  const auto reap = [&](Lifecycle& lifecycle) {
    return lifecycle
        .reap(bot.id, domain::MeetingState::active, clock_.now_ms(), "stale_active_timeout")
        .value();
  };
  clock_.advance(minutes{10});

  EXPECT_FALSE(reap(other_));
  EXPECT_EQ(status(bot.id), "active");
  ended_.insert("one");
  EXPECT_TRUE(reap(other_));
  EXPECT_EQ(row(bot.id).failure_reason, "stale_active_timeout");
}

TEST_F(TwoServers, ABotThatOneCleansUpDoesNotLookLikeADeathToTheOther) {
  const auto bot = activate("a");
  const auto uid = session_uid(bot.id);
  runtime_.on_stop([&] { other_.bot_exited(bot.id, uid, {.code = {}, .signal = 15}); });
  clock_.advance(minutes{10});

  EXPECT_TRUE(lifecycle_.reap(
      bot.id, domain::MeetingState::active, clock_.now_ms(), "stale_active_timeout"));
  EXPECT_EQ(row(bot.id).failure_reason, "stale_active_timeout");
}

TEST_F(TwoServers, TheEndOfABotIsLeftToTheServersOfItsPlace) {
  Lifecycle far{{database_, runtime_, mailbox_, bus_, clock_},
                prepared(options_of("far", "elsewhere"))};
  const auto bot = activate("a");
  ASSERT_TRUE(far.request_stop(bot.id, domain::ChangeSource::user));

  const auto lanes = database_.read(
      [&](sql::Connection& connection) { return queue::counts(connection, clock_.now_ms()); });
  EXPECT_TRUE(std::any_of(lanes.begin(), lanes.end(), [](const auto& lane) {
    return lane.lane == "bot.stop@here" && lane.scheduled == 1;
  }));
  clock_.advance(minutes{1});
  dispatcher_.wake("bot.stop@here");
  EXPECT_TRUE(soon([&] { return runtime_.stopped().size() == 1; }));
}

TEST_F(TwoServers, ALaunchThatAnotherOneHasDoneMeanwhileIsWithdrawn) {
  const auto meeting = reserve("a");
  runtime_.on_start([&] { store_launch(meeting.id, "fake:theirs", {"two", "here"}); });
  dispatcher_.start();

  EXPECT_TRUE(soon([&] { return runtime_.withdrawn() == 1; }));
  EXPECT_EQ(session(meeting.id).runtime_handle, "fake:theirs");
  EXPECT_EQ(status(meeting.id), "reserved");
}

// As after a commit whose answer was lost: the launching server has ended the bot.
TEST_F(TwoServers, ALaunchWhoseBotIsGoneIsDoneAgainByAnyServerOfThePlace) {
  const auto meeting = reserve("a");
  store_launch(meeting.id, "fake:gone", {"two", "here"});
  dispatcher_.start();

  EXPECT_TRUE(soon([&] { return runtime_.specs().size() == 1; }));
  EXPECT_EQ(session(meeting.id).owner, "one");
}

TEST_F(TwoServers, ALaunchElsewhereIsLeftToItsServerAsLongAsThatIsThere) {
  const auto meeting = reserve("a");
  store_launch(meeting.id, "fake:there", {"two", "elsewhere"});
  dispatcher_.start();
  ASSERT_TRUE(soon([&] { return dispatcher_.statistics().snoozed == 1; }));
  EXPECT_EQ(session(meeting.id).runtime_handle, "fake:there");

  ended_.insert("two");
  clock_.advance(std::chrono::seconds{1});
  dispatcher_.wake(launch_lane);
  EXPECT_TRUE(soon([&] { return runtime_.specs().size() == 1; }));
}

TEST_F(TwoServers, ABotOfAServerThatWroteDownNoPlaceIsTakenOnlyWhereItCanBeSeen) {
  const auto far = activate("far");
  const auto near = activate("near");
  database_.write([&](sql::Connection& connection) {
    connection.query("UPDATE meeting_sessions SET owner = NULL, place = NULL");
    connection.query("UPDATE meeting_sessions SET runtime_handle = 'far:1' WHERE meeting_id = $1",
                     {far.id});
  });

  const auto result = adopt_by_other();
  EXPECT_EQ(result.adopted, 1);
  EXPECT_EQ(result.closed, 0);
  EXPECT_EQ(status(far.id), "active");
  EXPECT_EQ(session(near.id).owner, "two");
}

TEST_F(TwoServers, ABotThatWasLaunchedAnewIsNotClosedForTheDeadOne) {
  const auto bot = activate("a");
  auto dead = launched(bot.id);
  dead.handle = "fake:earlier";
  other_.close_dead({dead});

  EXPECT_EQ(status(bot.id), "active");
}

TEST_F(TwoServers, AVerdictThatCameToNothingIsForgotten) {
  const auto bot = activate("a");
  const auto uid = session_uid(bot.id);
  database_.write([&](sql::Connection& connection) {
    store::SessionStore(connection).set_verdict(uid, "stale_active_timeout", clock_.now_ms());
  });
  clock_.advance(minutes{1});
  ASSERT_TRUE(exit(bot.id, 0, "self_initiated_leave"));

  EXPECT_EQ(status(bot.id), "completed");
}

TEST_F(TwoServers, NothingIsLeftToDoForABotThatHasLeft) {
  const auto bot = activate("a");
  ASSERT_TRUE(lifecycle_.request_stop(bot.id, domain::ChangeSource::user));
  ASSERT_TRUE(exit(bot.id, 0, "self_initiated_leave"));

  const auto lanes = database_.read(
      [&](sql::Connection& connection) { return queue::counts(connection, clock_.now_ms()); });
  EXPECT_TRUE(std::none_of(lanes.begin(), lanes.end(), [](const auto& lane) {
    return lane.lane == "bot.stop@here" && lane.ready + lane.scheduled > 0;
  }));
}

TEST_F(TwoServers, TheBotOfADeletedUserIsEndedWhereItRuns) {
  Lifecycle far{{database_, runtime_, mailbox_, bus_, clock_},
                prepared(options_of("far", "elsewhere"))};
  const auto bot = activate("a");
  ASSERT_TRUE(far.stop_all_of_user(user_));
  EXPECT_TRUE(runtime_.stopped().empty()) << "signalled from a place that cannot";
  database_.write([&](sql::Connection& connection) {
    connection.query("DELETE FROM users WHERE id = $1", {user_});
  });
  clock_.advance(minutes{1});
  dispatcher_.wake("bot.stop@here");

  EXPECT_TRUE(soon([&] { return runtime_.stopped().size() == 1; }));
}

TEST_F(TwoServers, AShutdownEndsTheBotsOfThatServerOnly) {
  const auto own = activate("own");
  const auto theirs = activate("theirs");
  const auto bot = launched(theirs.id);
  database_.write([&](sql::Connection& connection) {
    return take_over(connection, bot, {"two", "here"}, clock_.now_ms());
  });
  lifecycle_.shutdown(ShutdownPolicy::stop, Millis{100});

  EXPECT_EQ(status(own.id), "completed");
  EXPECT_EQ(status(theirs.id), "active");
}

}  // namespace
}  // namespace bot::bots
