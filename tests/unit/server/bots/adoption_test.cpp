#include "server/bots/adoption.hpp"

#include "tests/unit/server/bots/world.hpp"

namespace bot::bots {
namespace {

class AdoptionTest : public World {
 protected:
  AdoptionTest() { user_ = make_user(10); }
};

TEST_F(AdoptionTest, LivingBotsAreKeptDeadOnesClosed) {
  const auto alive = activate("alive");
  const auto dead = activate("dead");
  const auto stopping = activate("stopping");
  ASSERT_TRUE(lifecycle_.request_stop(stopping.id, domain::ChangeSource::user));
  dispatcher_.stop(Millis{5000});
  const auto waiting = reserve("waiting");
  runtime_.forget(session(dead.id).session_uid);
  runtime_.forget(session(stopping.id).session_uid);

  const auto result = adopt_bots(database_, runtime_, lifecycle_);
  EXPECT_EQ(result.adopted, 1);
  EXPECT_EQ(result.closed, 2);
  EXPECT_EQ(status(alive.id), "active");
  EXPECT_EQ(status(dead.id), "failed");
  EXPECT_EQ(data(dead.id).at("failure_reason"), "bot_exited");
  EXPECT_EQ(status(stopping.id), "completed");
  EXPECT_EQ(data(stopping.id).at("completion_reason"), "stopped");
  EXPECT_EQ(status(waiting.id), "reserved");
}

TEST_F(AdoptionTest, ALaunchThatWasCutOffIsLaunchedAgain) {
  const auto cut_off = reserve("a");
  // The handle was stored, then the server died before the gate opened and the item was done.
  const auto uid = session_uid(cut_off.id);
  database_.write([&](sql::Connection& connection) {
    store::SessionStore(connection).set_handle(uid, "fake", "fake:gone");
  });
  adopt_bots(database_, runtime_, lifecycle_);
  EXPECT_EQ(status(cut_off.id), "reserved");
  dispatcher_.start();
  EXPECT_TRUE(soon([&] { return runtime_.specs().size() == 1; }));
}

TEST_F(AdoptionTest, ABotThatDiedBeforeItsFirstWordHasFailed) {
  const auto mute = launch("a");
  ASSERT_TRUE(soon([&] {
    return database_.read([](sql::Connection& connection) {
      const auto counts = queue::counts(connection, 0);
      return counts.empty();
    });
  }));
  runtime_.forget(session(mute.id).session_uid);
  adopt_bots(database_, runtime_, lifecycle_);
  EXPECT_EQ(status(mute.id), "failed");
  EXPECT_EQ(data(mute.id).at("failure_reason"), "bot_exited");
}

}  // namespace
}  // namespace bot::bots
