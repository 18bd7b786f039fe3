// What the contract of all runtimes (tests/contract) does not say of launches: Engines that fail,
// are away or are others, images, and what an earlier attempt has left.
#include "server/bots/docker_runtime.hpp"

#include <thread>

#include "base/fault.hpp"
#include "base/ids.hpp"
#include "tests/unit/server/bots/docker_world.hpp"

namespace bot::bots {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

class DockerRuntimeTest : public DockerWorld {};

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

}  // namespace
}  // namespace bot::bots
