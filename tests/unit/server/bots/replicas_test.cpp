#include "server/bots/replicas.hpp"

#include <gtest/gtest.h>

#include "server/store/replica_store.hpp"
#include "tests/fakes/base/manual_clock.hpp"

namespace bot::bots {
namespace {

using std::chrono::seconds;

class ReplicasTest : public testing::Test {
 protected:
  // Both have come up and have seen each other.
  void SetUp() override {
    one_.run_once();
    two_.run_once();
    one_.run_once();
  }
  void pass(seconds time) {
    for (seconds each{0}; each < time; ++each) {
      clock_.advance(seconds{1});
      one_.run_once();
    }
  }

  ManualClock clock_;
  store::Database database_{{.path = ":memory:"}, clock_};
  Replicas one_{database_, clock_, {.id = "one", .place = "here"}};
  Replicas two_{database_, clock_, {.id = "two", .place = "here"}};
};

TEST_F(ReplicasTest, AServerThatSaysNothingForItsSilenceHasEnded) {
  pass(seconds{6});
  EXPECT_FALSE(one_.is_gone("two"));
  pass(seconds{1});

  EXPECT_TRUE(one_.is_gone("two"));
  EXPECT_EQ(one_.gone(), std::vector<std::string>{"two"});
}

TEST_F(ReplicasTest, AServerThatGoesOnSayingSoHasNot) {
  for (int round = 0; round < 30; ++round) {
    pass(seconds{1});
    two_.run_once();
  }
  EXPECT_TRUE(one_.gone().empty());
}

TEST_F(ReplicasTest, AServerThatSaysThatItEndsHasEndedAtTheNextRound) {
  two_.stop();
  one_.run_once();

  EXPECT_TRUE(one_.is_gone("two"));
}

TEST_F(ReplicasTest, WhoeverIsInNoRowHasEndedAndAServerItselfNever) {
  EXPECT_TRUE(one_.is_gone("three"));
  EXPECT_FALSE(one_.is_gone("one"));
}

TEST_F(ReplicasTest, AfterAGapOfItsOwnAServerGivesTheOthersTheirWholeTime) {
  clock_.advance(seconds{60});
  one_.run_once();
  EXPECT_FALSE(one_.is_gone("two"));

  pass(seconds{7});
  EXPECT_TRUE(one_.is_gone("two"));
}

TEST_F(ReplicasTest, AWallClockThatIsSetDoesNotEndAnybody) {
  clock_.step(-seconds{3600});
  two_.run_once();
  pass(seconds{3});
  EXPECT_FALSE(one_.is_gone("two"));
}

TEST_F(ReplicasTest, ExactlyOneLeadsAndAnotherOneWhenItHasEnded) {
  two_.run_once();
  EXPECT_TRUE(one_.leads());
  EXPECT_FALSE(two_.leads());

  one_.stop();
  two_.run_once();
  EXPECT_TRUE(two_.leads());
}

TEST_F(ReplicasTest, BotsAreToldOfTheServersOfTheirPlaceThatAreThere) {
  database_.write([](sql::Connection& connection) {
    store::ReplicaStore replicas(connection);
    replicas.put({"near", "here", "http://127.0.0.1:1", 1});
    replicas.put({"far", "there", "http://127.0.0.1:2", 1});
    replicas.put({"ended", "here", "http://127.0.0.1:3", 0});
  });
  one_.run_once();

  EXPECT_EQ(one_.peer_urls(), std::vector<std::string>{"http://127.0.0.1:1"});
}

}  // namespace
}  // namespace bot::bots
