// What the two threads of a runtime see and do: ends, strays, whom it vouches for, and stops.
#include <thread>

#include "base/fault.hpp"
#include "base/ids.hpp"
#include "tests/unit/server/bots/docker_world.hpp"

namespace bot::bots {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

class DockerWatchTest : public DockerWorld {};

TEST_F(DockerWatchTest, AnEndedContainerIsRemovedOnceItsCodeWasTold) {
  const auto handle = started();
  engine_.end(container_of(handle), 3);
  EXPECT_TRUE(told({3, std::nullopt}));
  EXPECT_TRUE(soon([&] { return engine_.containers().empty(); }));
}

TEST_F(DockerWatchTest, AnEndThatCouldNotBeStoredKeepsItsContainerUntilItIs) {
  options_.look_every = Millis{10};
  store_is_away_ = true;
  const auto handle = started();
  engine_.end(container_of(handle), 3);
  ASSERT_TRUE(told({3, std::nullopt}));
  EXPECT_FALSE(runtime().alive(handle));
  restart_server();
  store_is_away_ = false;
  ASSERT_TRUE(runtime().adopt(42, "session-42", handle)) << "by the next server";
  ASSERT_TRUE(soon([&] { return exits().size() == 2; }));
  EXPECT_EQ(exits()[1].second, (ExitStatus{3, std::nullopt}));
  EXPECT_TRUE(soon([&] { return engine_.containers().empty(); }));
}

TEST_F(DockerWatchTest, AnEndThatWasStoredLateHasItsContainerClearedAway) {
  options_.look_every = Millis{10};
  store_is_away_ = true;
  const auto handle = started();
  engine_.end(container_of(handle), 3);
  ASSERT_TRUE(told({3, std::nullopt}));
  close_row("session-42");
  EXPECT_TRUE(soon([&] { return engine_.containers().empty(); }));
  EXPECT_EQ(exits().size(), 1U) << "told once";
}

TEST_F(DockerWatchTest, ACodeAbove128IsASignal) {
  engine_.end(container_of(started()), 137);
  EXPECT_TRUE(told({std::nullopt, 9}));
}

TEST_F(DockerWatchTest, AnEndIsFoundWhenItsEventWasLost) {
  options_.look_every = Millis{30};
  const auto handle = started();
  ASSERT_TRUE(listens());
  engine_.swallow_events();
  engine_.end(container_of(handle), 3);
  EXPECT_TRUE(told({3, std::nullopt}));
}

TEST_F(DockerWatchTest, AnEndIsFoundWhenTheEventsBrokeOff) {
  const auto handle = started();
  ASSERT_TRUE(listens());
  engine_.swallow_events();
  engine_.end(container_of(handle), 3);
  engine_.drop_events();
  EXPECT_TRUE(told({3, std::nullopt})) << "long before the usual look";
}

TEST_F(DockerWatchTest, AnEngineThatRefusesItsEventsIsLookedAtAndSaidOnce) {
  options_.look_every = Millis{30};
  engine_.fail_always("/events", 403);
  const auto handle = started();
  ASSERT_TRUE(soon([&] { return engine_.count("/events") > 3; }));
  ASSERT_EQ(news().size(), 1U);
  EXPECT_NE(news()[0].find("answered 403"), std::string::npos) << news()[0];
  EXPECT_EQ(runtime().problem(), "") << "bots can be started";
  engine_.end(container_of(handle), 3);
  EXPECT_TRUE(told({3, std::nullopt}));
  engine_.fail_always("/events", -1);
  EXPECT_TRUE(soon([&] { return news().size() == 2; }));
  EXPECT_EQ(news()[1], "the Docker Engine's events are heard again");
}

TEST_F(DockerWatchTest, WhatEndedWhileTheEngineWasAwayIsToldWhenItIsBack) {
  const auto handle = started();
  ASSERT_TRUE(listens());
  engine_.go_away();
  ASSERT_TRUE(soon([&] { return !runtime().absence().empty(); }));
  EXPECT_TRUE(runtime().alive(handle)) << "nothing proves the opposite";
  engine_.end(container_of(handle), 4);
  engine_.come_back();
  EXPECT_TRUE(told({4, std::nullopt}));
  EXPECT_TRUE(soon([&] { return runtime().absence().empty(); }));
  EXPECT_EQ(news().size(), 2U) << "that it is away, and that it is back";
}

TEST_F(DockerWatchTest, AContainerThatSomebodyRemovedIsGoneWithoutACode) {
  const auto handle = started();
  ASSERT_TRUE(listens());
  engine_.remove(container_of(handle));
  EXPECT_TRUE(told({}));
  EXPECT_FALSE(runtime().alive(handle));
}

TEST_F(DockerWatchTest, WhatAnotherEngineDoesNotKnowIsNotGone) {
  options_.look_every = Millis{10};
  const auto handle = started();
  ASSERT_TRUE(listens());
  engine_.go_away();
  engine_.become_another();
  engine_.come_back();
  ASSERT_TRUE(soon([&] { return runtime().absence().find("another") != std::string::npos; }))
      << runtime().absence();
  // It goes on asking who is there, and could have looked many times.
  const int asked = engine_.count("/info");
  ASSERT_TRUE(soon([&] { return engine_.count("/info") > asked + 6; }));
  EXPECT_TRUE(runtime().alive(handle));
  EXPECT_TRUE(exits().empty());
  EXPECT_EQ(engine_.count("DELETE"), 0);
}

TEST_F(DockerWatchTest, AStrayOfOurInstallationIsStoppedAndRemoved) {
  const auto labels = [](const char* installation, const char* session) {
    return nlohmann::json{{"botd.installation", installation}, {"botd.session_uid", session}};
  };
  engine_.put("stray-1", "running", labels("ours", "ended"));
  engine_.put("stray-2", "exited", labels("ours", "ended too"));
  // Another server's, and one that is just being launched.
  live_.insert("elsewhere");
  engine_.put("kept-1", "running", labels("ours", "elsewhere"));
  engine_.put("kept-2", "created", labels("ours", "elsewhere"));
  ASSERT_TRUE(listens());
  ASSERT_TRUE(soon([&] { return engine_.containers().size() == 2; }));
  EXPECT_EQ(engine_.containers()[0].name, "kept-1");
  EXPECT_EQ(engine_.containers()[1].name, "kept-2");
  EXPECT_EQ(engine_.count("signal=SIGTERM"), 1) << "the one that ran, gently first";
  EXPECT_EQ(engine_.count("GET /v1.41/containers/json?all=true&filters="
                          "%7B%22label%22%3A%5B%22botd.installation%3Dours%22%5D%7D") > 0,
            true)
      << "no other installation's is even listed";
}

TEST_F(DockerWatchTest, AWatchedContainerThatOutlivesItsRowIsEndedWithinTheGrace) {
  options_.look_every = Millis{10};
  options_.stray_stop = Millis{50};
  options_.container.image = "stubborn";
  const auto handle = started();
  ASSERT_TRUE(listens());
  EXPECT_TRUE(runtime().alive(handle));
  close_row("session-42");
  EXPECT_TRUE(soon([&] { return engine_.containers().empty(); }));
  EXPECT_EQ(engine_.count("signal=SIGTERM"), 1);
  EXPECT_TRUE(told({std::nullopt, 9}));
}

TEST_F(DockerWatchTest, StraysAreLeftAloneWhileTheStoreIsAway) {
  options_.look_every = Millis{20};
  options_.without_row = [](const auto&) -> std::set<std::string> {
    throw Unavailable("the database is away");
  };
  engine_.put("stray", "running", {{"botd.installation", "ours"}});
  ASSERT_TRUE(listens());
  ASSERT_TRUE(soon([&] { return engine_.count("/containers/json") > 3; }));
  EXPECT_EQ(engine_.containers().size(), 1U);
}

TEST_F(DockerWatchTest, RunningContainersAreVouchedForNowAndThen) {
  options_.look_every = Millis{10};
  options_.vouch_every = Millis{10};
  std::atomic<int> times{0};
  options_.vouch = [&times](const std::vector<std::int64_t>& meetings) {
    if (meetings == std::vector<std::int64_t>{42}) ++times;
  };
  const auto handle = started();
  ASSERT_TRUE(soon([&] { return times > 2; }));
  engine_.end(container_of(handle), 0);
  ASSERT_TRUE(told({0, std::nullopt}));
  const int until_its_end = times;
  EXPECT_FALSE(soon([&] { return times > until_its_end; }, Millis{60}));
}

TEST_F(DockerWatchTest, EventsHoweverManyKeepNobodyFromBeingVouchedFor) {
  options_.look_every = Millis{100};
  options_.vouch_every = Millis{0};
  std::atomic<int> times{0};
  options_.vouch = [&times](const auto&) { ++times; };
  const auto handle = started();
  ASSERT_TRUE(listens());
  std::atomic<bool> flooding{true};
  std::thread flood([&] {
    while (flooding) {
      engine_.tell_an_end(container_of(handle));
      std::this_thread::sleep_for(Millis(1));
    }
  });
  const int before = times;
  EXPECT_TRUE(soon([&] { return times > before + 2; }, seconds(5)));
  flooding = false;
  flood.join();
}

TEST_F(DockerWatchTest, ItIsBlindFromALongAbsenceUntilItHasVouchedAgain) {
  options_.look_every = Millis{10};
  options_.vouch_every = Millis{100};
  std::atomic<bool> away{false};
  std::atomic<int> vouched_after{0};
  options_.vouch = [&](const auto&) {
    EXPECT_TRUE(!away || runtime_->is_blind()) << "before the vouch";
    away = false;
    ++vouched_after;
  };
  started();
  ASSERT_TRUE(listens());
  ASSERT_TRUE(soon([&] { return vouched_after > 0 && !runtime().is_blind(); }));
  engine_.go_away();
  ASSERT_TRUE(soon([&] { return runtime().is_blind(); }));
  away = true;
  engine_.come_back();
  EXPECT_TRUE(soon([&] { return !runtime().is_blind(); }));
  EXPECT_FALSE(away) << "it has vouched";
}

TEST_F(DockerWatchTest, NothingIsSentToBotsOutOfTouch) {
  const auto handle = started();
  ASSERT_TRUE(listens());
  engine_.go_away();
  ASSERT_TRUE(soon([&] { return !runtime().absence().empty(); }));
  // Another Engine with a container of the same id could answer here.
  engine_.fail_always("/version", 500);
  engine_.come_back();
  runtime().stop(handle, Millis{0});
  runtime().kill(handle);
  EXPECT_EQ(engine_.count("/kill"), 0);
  EXPECT_EQ(engine_.containers()[0].state, "running");
}

TEST_F(DockerWatchTest, WhatTakesItsTimeToLeaveHoldsNoOtherStopUp) {
  options_.container.image = "stubborn";
  constexpr int many = 20;
  for (int i = 0; i < many; ++i) {
    spec_.meeting_id = i;
    spec_.container_id = "vexa-bot-" + std::to_string(i);
    const auto handle = started();
    for (int repeated = 0; repeated < 3; ++repeated)
      runtime().stop(handle, seconds(60));
  }
  EXPECT_TRUE(soon([&] { return engine_.count("signal=SIGTERM") == many; }));
  runtime().stop_watching();
  EXPECT_EQ(engine_.count("signal=SIGTERM"), many) << "each is asked once";
  EXPECT_EQ(engine_.count("signal=SIGKILL"), 0);
}

TEST_F(DockerWatchTest, TheShortestGraceOfSeveralStopsCounts) {
  options_.container.image = "stubborn";
  const auto handle = started();
  runtime().stop(handle, seconds(60));
  runtime().stop(handle, Millis{20});
  EXPECT_TRUE(told({std::nullopt, 9}));
  EXPECT_EQ(engine_.count("signal=SIGTERM"), 1);
}

TEST_F(DockerWatchTest, AStopThatTheEngineDidNotTakeIsSentAgainWhenItIsRepeated) {
  const auto handle = started();
  engine_.fail("signal=SIGTERM", 500);
  runtime().stop(handle, seconds(60));
  ASSERT_TRUE(soon([&] { return engine_.count("signal=SIGTERM") == 1; }));
  EXPECT_TRUE(soon([&] {
    runtime().stop(handle, seconds(60));
    return !runtime().alive(handle);
  }));
  EXPECT_TRUE(told({std::nullopt, 15}));
}

TEST_F(DockerWatchTest, AStrayThatStaysIsKilled) {
  options_.stray_stop = Millis{50};
  const auto id = engine_.put("stray", "running", {{"botd.installation", "ours"}}, "stubborn");
  ASSERT_TRUE(listens());
  EXPECT_TRUE(soon([&] { return engine_.containers().empty(); }, seconds(5)));
  EXPECT_EQ(engine_.count(id + "/kill?signal=SIGTERM"), 1);
  EXPECT_EQ(engine_.count(id + "/kill?signal=SIGKILL"), 1);
}

TEST_F(DockerWatchTest, StopWatchingDoesNotWaitForAStopUnderWay) {
  const auto handle = started();
  engine_.fail("signal=SIGTERM", 0);
  runtime().stop(handle, seconds(60));
  ASSERT_TRUE(soon([&] { return engine_.count("signal=SIGTERM") == 1; }));
  const auto begun = steady_clock::now();
  runtime().stop_watching();
  EXPECT_LT(steady_clock::now() - begun, seconds(5));
  EXPECT_TRUE(exits().empty());
}

}  // namespace
}  // namespace bot::bots
