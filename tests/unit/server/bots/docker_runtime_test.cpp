// What the contract of all runtimes (tests/contract) does not say: Engines that fail, go away, come
// back, and what lies around on them.
#include "server/bots/docker_runtime.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/fault.hpp"
#include "base/ids.hpp"
#include "tests/fakes/bots/fake_engine.hpp"

namespace bot::bots {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

template <typename Condition>
bool soon(Condition condition, Millis at_most = seconds(20)) {
  const auto deadline = steady_clock::now() + at_most;
  while (!condition()) {
    if (steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(Millis(2));
  }
  return true;
}

class DockerRuntimeTest : public testing::Test, public ExitListener {
 protected:
  DockerRuntimeTest() {
    options_.engine.socket = engine_.socket();
    options_.engine.deadline = Millis{2'000};
    options_.container.installation = "ours";
    options_.container.image = "waits";
    options_.reconnect = {.first = Millis{10}, .longest = Millis{50}};
    options_.without_row = [this](const std::vector<std::string>& sessions) {
      const std::scoped_lock lock(mutex_);
      std::set<std::string> without(sessions.begin(), sessions.end());
      for (const auto& live : live_)
        without.erase(live);
      return without;
    };
    options_.on_news = [this](const std::string& sentence) {
      const std::scoped_lock lock(mutex_);
      news_.push_back(sentence);
    };
    spec_.meeting_id = 42;
    spec_.user_id = 3;
    spec_.session_uid = "session-42";
    spec_.container_id = "vexa-bot-42-00c0ffee";
    spec_.callback_secret = "only-for-this-session";
    live_.insert(spec_.session_uid);
  }
  ~DockerRuntimeTest() override {
    if (runtime_) runtime_->stop_watching();
  }

  bool bot_exited(std::int64_t, const std::string& uid, const ExitStatus& status) override {
    const std::scoped_lock lock(mutex_);
    exits_.emplace_back(uid, status);
    return !store_is_away_;
  }

  void close_row(const std::string& session) {
    const std::scoped_lock lock(mutex_);
    live_.erase(session);
  }
  DockerRuntime& runtime() {
    if (!runtime_) {
      runtime_ = std::make_unique<DockerRuntime>(options_);
      runtime_->attach(*this);
    }
    return *runtime_;
  }
  void restart_server() {
    runtime_->stop_watching();
    runtime_.reset();
  }
  Result<std::string> start() {
    return runtime().start(spec_, [](const std::string&) { return Status(Unit{}); });
  }
  std::string started() {
    const auto handle = start();
    EXPECT_TRUE(handle) << (handle ? "" : handle.error().message);
    return handle ? *handle : "";
  }
  std::string container_of(const std::string& handle) {
    const auto parsed = parse_docker_handle(handle);
    return parsed ? parsed->container : "";
  }
  std::vector<std::pair<std::string, ExitStatus>> exits() {
    const std::scoped_lock lock(mutex_);
    return exits_;
  }
  std::vector<std::string> news() {
    const std::scoped_lock lock(mutex_);
    return news_;
  }
  bool told(const ExitStatus& status) {
    return soon([&] { return !exits().empty(); }) && exits().size() == 1 &&
           exits()[0].second == status;
  }
  // The event stream is open, so that nothing is missed from now on.
  bool listens() {
    auto& listening = runtime();
    return soon([&] { return engine_.count("/events?") > 0 && listening.absence().empty(); });
  }

  FakeEngine engine_;
  DockerRuntimeOptions options_;
  BotSpec spec_;
  std::atomic<bool> store_is_away_{false};
  std::mutex mutex_;
  std::set<std::string> live_;  // sessions with a live row; guarded by mutex_
  std::vector<std::pair<std::string, ExitStatus>> exits_;  // guarded by mutex_
  std::vector<std::string> news_;                          // guarded by mutex_
  std::unique_ptr<DockerRuntime> runtime_;
};

TEST_F(DockerRuntimeTest, AnEndedContainerIsRemovedOnceItsCodeWasTold) {
  const auto handle = started();
  engine_.end(container_of(handle), 3);
  EXPECT_TRUE(told({3, std::nullopt}));
  EXPECT_TRUE(soon([&] { return engine_.containers().empty(); }));
}

TEST_F(DockerRuntimeTest, AnEndThatCouldNotBeStoredKeepsItsContainerUntilItIs) {
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

TEST_F(DockerRuntimeTest, AnEndThatWasStoredLateHasItsContainerClearedAway) {
  options_.look_every = Millis{10};
  store_is_away_ = true;
  const auto handle = started();
  engine_.end(container_of(handle), 3);
  ASSERT_TRUE(told({3, std::nullopt}));
  close_row("session-42");
  EXPECT_TRUE(soon([&] { return engine_.containers().empty(); }));
  EXPECT_EQ(exits().size(), 1U) << "told once";
}

TEST_F(DockerRuntimeTest, ACodeAbove128IsASignal) {
  engine_.end(container_of(started()), 137);
  EXPECT_TRUE(told({std::nullopt, 9}));
}

TEST_F(DockerRuntimeTest, AnEndIsFoundWhenItsEventWasLost) {
  options_.look_every = Millis{30};
  const auto handle = started();
  ASSERT_TRUE(listens());
  engine_.swallow_events();
  engine_.end(container_of(handle), 3);
  EXPECT_TRUE(told({3, std::nullopt}));
}

TEST_F(DockerRuntimeTest, AnEndIsFoundWhenTheEventsBrokeOff) {
  const auto handle = started();
  ASSERT_TRUE(listens());
  engine_.swallow_events();
  engine_.end(container_of(handle), 3);
  engine_.drop_events();
  EXPECT_TRUE(told({3, std::nullopt})) << "long before the usual look";
}

TEST_F(DockerRuntimeTest, AnEngineThatRefusesItsEventsIsLookedAtAndSaidOnce) {
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

TEST_F(DockerRuntimeTest, WhatEndedWhileTheEngineWasAwayIsToldWhenItIsBack) {
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

TEST_F(DockerRuntimeTest, AContainerThatSomebodyRemovedIsGoneWithoutACode) {
  const auto handle = started();
  ASSERT_TRUE(listens());
  engine_.remove(container_of(handle));
  EXPECT_TRUE(told({}));
  EXPECT_FALSE(runtime().alive(handle));
}

TEST_F(DockerRuntimeTest, AShortAbsenceIsWaitedForByLaunches) {
  engine_.go_away();
  EXPECT_THROW((void)start(), Unavailable);
  EXPECT_FALSE(runtime().absence().empty());
  engine_.come_back();
  EXPECT_TRUE(soon([&] {
    try {
      return start().has_value();
    } catch (const Unavailable&) {
      return false;
    }
  }));
}

TEST_F(DockerRuntimeTest, ALongAbsenceIsAnError) {
  options_.patience = Millis{0};
  engine_.go_away();
  const auto refused = start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unreachable);
  EXPECT_NE(refused.error().message.find(engine_.socket()), std::string::npos);
}

TEST_F(DockerRuntimeTest, AShortAbsenceIsNoProblemAndALongOneIs) {
  options_.patience = Millis{300};
  ASSERT_TRUE(listens());
  EXPECT_EQ(runtime().problem(), "");
  engine_.go_away();
  const auto gone = steady_clock::now();
  ASSERT_TRUE(soon([&] { return !runtime().absence().empty(); }));
  ASSERT_TRUE(soon([&] { return !runtime().problem().empty(); }));
  EXPECT_GE(steady_clock::now() - gone, options_.patience);
  ASSERT_EQ(news().size(), 1U) << "said once";
  EXPECT_TRUE(news()[0].starts_with("the Docker Engine is away")) << news()[0];
  engine_.come_back();
  EXPECT_TRUE(soon([&] { return runtime().problem().empty(); }));
}

TEST_F(DockerRuntimeTest, AnEngineThatWasNeverMetOrIsAnotherIsAProblemAtOnce) {
  engine_.go_away();
  EXPECT_THROW((void)start(), Unavailable);
  EXPECT_NE(runtime().problem(), "");
  engine_.come_back();
  ASSERT_TRUE(soon([&] { return runtime().problem().empty(); }));
  engine_.go_away();
  engine_.become_another();
  engine_.come_back();
  EXPECT_TRUE(soon([&] { return runtime().problem().find("another") != std::string::npos; }));
}

TEST_F(DockerRuntimeTest, ACreateWithoutAnAnswerIsGivenUpAndDoneAgain) {
  options_.engine.work_deadline = Millis{100};
  ASSERT_TRUE(runtime().meet());
  engine_.fail("/containers/create", 0);
  EXPECT_THROW((void)start(), Unavailable);
  EXPECT_TRUE(soon([&] {
    try {
      return start().has_value();
    } catch (const Unavailable&) {
      return false;
    }
  }));
}

TEST_F(DockerRuntimeTest, WhatDoesNotStartIsRemovedAndNotToldAsAnEnd) {
  engine_.fail("/start", 500, "OCI runtime create failed");
  const auto refused = start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::server_error);
  EXPECT_NE(refused.error().message.find("OCI runtime create failed"), std::string::npos);
  EXPECT_TRUE(engine_.containers().empty());
  EXPECT_TRUE(exits().empty());
}

TEST_F(DockerRuntimeTest, WhatAnEarlierAttemptHasLeftUnderTheNameIsReplaced) {
  engine_.put(spec_.container_id,
              "created",
              {{"botd.installation", "ours"}, {"botd.session_uid", spec_.session_uid}});
  EXPECT_TRUE(runtime().alive(started()));
  EXPECT_EQ(engine_.containers().size(), 1U);
}

TEST_F(DockerRuntimeTest, WhatRunsUnderTheNameOrIsForeignIsLeftAlone) {
  for (const auto& [state, owner] :
       {std::pair("running", "ours"), std::pair("created", "others")}) {
    const auto id =
        engine_.put(spec_.container_id,
                    state,
                    {{"botd.installation", owner}, {"botd.session_uid", spec_.session_uid}});
    const auto refused = start();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    ASSERT_EQ(engine_.containers().size(), 1U);
    EXPECT_EQ(engine_.containers()[0].id, id);
    engine_.remove(id);
  }
}

TEST_F(DockerRuntimeTest, AMissingImageIsPulledOnce) {
  options_.container.image = "registry:5000/bots/vexa:2";
  engine_.lack_image(options_.container.image, true);
  EXPECT_TRUE(start());
  EXPECT_EQ(
      engine_.count("POST /v1.41/images/create?fromImage=registry%3A5000%2Fbots%2Fvexa&tag=2"), 1);
}

TEST_F(DockerRuntimeTest, APullThatFailsIsSaid) {
  options_.container.image = "vexa-bot:dev";
  engine_.lack_image("vexa-bot:dev", false);
  const auto refused = start();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("cannot pull vexa-bot:dev: manifest unknown"),
            std::string::npos);
}

TEST_F(DockerRuntimeTest, APullThatTakesTooLongIsAnErrorOfItsOwnAndNoAbsence) {
  options_.container.image = "vexa-bot:dev";
  options_.engine.pull_deadline = Millis{100};
  engine_.lack_image("vexa-bot:dev", true);
  engine_.fail("/images/create", 0);
  const auto refused = start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "pulling vexa-bot:dev took longer than 100ms; docker pull it first");
  EXPECT_EQ(runtime().absence(), "");
}

TEST_F(DockerRuntimeTest, LaunchesThatWaitForTheSamePullShareItsResult) {
  options_.container.image = "vexa-bot:dev";
  options_.engine.pull_deadline = seconds(2);
  engine_.lack_image("vexa-bot:dev", true);
  engine_.fail("/images/create", 0);
  ASSERT_TRUE(runtime().meet());
  std::vector<std::thread> launches;
  std::atomic<int> refused{0};
  for (int i = 0; i < 4; ++i) {
    launches.emplace_back([&] {
      const auto started = start();
      if (!started && started.error().message.find("took longer") != std::string::npos) ++refused;
    });
  }
  for (auto& launch : launches)
    launch.join();
  EXPECT_EQ(refused, 4);
  EXPECT_EQ(engine_.count("/images/create"), 1);
}

TEST_F(DockerRuntimeTest, APullUnderWayHoldsNoShutdownUp) {
  options_.container.image = "vexa-bot:dev";
  engine_.lack_image("vexa-bot:dev", true);
  engine_.fail("/images/create", 0);
  ASSERT_TRUE(runtime().meet());
  bool waits = false;
  std::thread launch([&] {
    try {
      (void)start();
    } catch (const Unavailable&) {
      waits = true;
    }
  });
  ASSERT_TRUE(soon([&] { return engine_.count("/images/create") == 1; }));
  const auto begun = steady_clock::now();
  runtime().stop_watching();
  launch.join();
  EXPECT_LT(steady_clock::now() - begun, seconds(5));
  EXPECT_TRUE(waits) << "the next server launches it";
}

TEST_F(DockerRuntimeTest, PullNeverAndAlwaysDoWhatTheySay) {
  options_.pull = ImagePull::never;
  options_.container.image = "vexa-bot:dev";
  engine_.lack_image("vexa-bot:dev", true);
  const auto refused = start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::not_found);
  EXPECT_EQ(engine_.count("/images/create"), 0);
  restart_server();
  options_.pull = ImagePull::always;
  EXPECT_TRUE(start());
  EXPECT_EQ(engine_.count("/images/create"), 1);
}

TEST_F(DockerRuntimeTest, ABotIsAdoptedUnseenWhileTheEngineIsAwayAndJudgedLater) {
  const auto handle = started();
  restart_server();
  engine_.go_away();
  ASSERT_TRUE(runtime().adopt(42, "session-42", handle));
  EXPECT_TRUE(runtime().alive(handle));
  EXPECT_TRUE(exits().empty());
  engine_.end(container_of(handle), 5);
  engine_.come_back();
  EXPECT_TRUE(told({5, std::nullopt}));
}

TEST_F(DockerRuntimeTest, AnEndWhileNoServerWatchedIsToldWithItsCode) {
  const auto handle = started();
  restart_server();
  engine_.end(container_of(handle), 6);
  ASSERT_TRUE(runtime().adopt(42, "session-42", handle));
  EXPECT_TRUE(told({6, std::nullopt}));
}

TEST_F(DockerRuntimeTest, ALaunchThatWasCutOffBeforeItsStartIsNotAdopted) {
  ASSERT_TRUE(runtime().meet());
  const auto id = engine_.put("cut-off", "created", {{"botd.installation", "ours"}});
  EXPECT_FALSE(runtime().adopt(42, "session-42", "docker:" + runtime().identity() + ":" + id));
  EXPECT_TRUE(engine_.containers().empty()) << "its name is needed again";
}

TEST_F(DockerRuntimeTest, WhoTheEngineIsIsToldOnceAlsoWhenItWasAwayAtTheStart) {
  std::vector<std::string> told;
  options_.on_identity = [&](const std::string& identity) {
    const std::scoped_lock lock(mutex_);
    told.push_back(identity);
  };
  engine_.go_away();
  EXPECT_FALSE(runtime().meet());
  EXPECT_EQ(runtime().identity(), "");
  engine_.come_back();
  ASSERT_TRUE(listens());
  ASSERT_TRUE(runtime().meet());
  const std::scoped_lock lock(mutex_);
  EXPECT_EQ(told, (std::vector<std::string>{runtime().identity()}));
}

TEST_F(DockerRuntimeTest, WhatAnotherEngineDoesNotKnowIsNotGone) {
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

TEST_F(DockerRuntimeTest, AStrayOfOurInstallationIsStoppedAndRemoved) {
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

TEST_F(DockerRuntimeTest, AWatchedContainerThatOutlivesItsRowIsEndedWithinTheGrace) {
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

TEST_F(DockerRuntimeTest, StraysAreLeftAloneWhileTheStoreIsAway) {
  options_.look_every = Millis{20};
  options_.without_row = [](const auto&) -> std::set<std::string> {
    throw Unavailable("the database is away");
  };
  engine_.put("stray", "running", {{"botd.installation", "ours"}});
  ASSERT_TRUE(listens());
  ASSERT_TRUE(soon([&] { return engine_.count("/containers/json") > 3; }));
  EXPECT_EQ(engine_.containers().size(), 1U);
}

TEST_F(DockerRuntimeTest, RunningContainersAreVouchedForNowAndThen) {
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

TEST_F(DockerRuntimeTest, EventsHoweverManyKeepNobodyFromBeingVouchedFor) {
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

TEST_F(DockerRuntimeTest, ItIsBlindFromALongAbsenceUntilItHasVouchedAgain) {
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

TEST_F(DockerRuntimeTest, NothingIsSentToBotsOutOfTouch) {
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

TEST_F(DockerRuntimeTest, WhatTakesItsTimeToLeaveHoldsNoOtherStopUp) {
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

TEST_F(DockerRuntimeTest, TheShortestGraceOfSeveralStopsCounts) {
  options_.container.image = "stubborn";
  const auto handle = started();
  runtime().stop(handle, seconds(60));
  runtime().stop(handle, Millis{20});
  EXPECT_TRUE(told({std::nullopt, 9}));
  EXPECT_EQ(engine_.count("signal=SIGTERM"), 1);
}

TEST_F(DockerRuntimeTest, AStopThatTheEngineDidNotTakeIsSentAgainWhenItIsRepeated) {
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

TEST_F(DockerRuntimeTest, AStrayThatStaysIsKilled) {
  options_.stray_stop = Millis{50};
  const auto id = engine_.put("stray", "running", {{"botd.installation", "ours"}}, "stubborn");
  ASSERT_TRUE(listens());
  EXPECT_TRUE(soon([&] { return engine_.containers().empty(); }, seconds(5)));
  EXPECT_EQ(engine_.count(id + "/kill?signal=SIGTERM"), 1);
  EXPECT_EQ(engine_.count(id + "/kill?signal=SIGKILL"), 1);
}

TEST_F(DockerRuntimeTest, StopWatchingDoesNotWaitForAStopUnderWay) {
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
