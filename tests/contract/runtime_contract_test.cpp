#include <chrono>

#include "tests/contract/runtimes.hpp"
#include "tests/fakes/base/soon.hpp"
#include "tests/fakes/bots/exits.hpp"

namespace bot::bots {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

class RuntimeContract : public testing::TestWithParam<RuntimeCase> {
 protected:
  RuntimeContract() : rig_(GetParam().make()) {
    spec_.meeting_id = 42;
    spec_.user_id = 3;
    spec_.session_uid = "session-" + random_hex(8);
    spec_.container_id = "vexa-bot-42-" + random_hex(8);
    spec_.platform = "zoom";
    spec_.native_meeting_id = "123456789";
    spec_.callback_secret = "only-for-this-session";
    spec_.callback_urls = {"http://127.0.0.1:9"};
    spec_.clocks.join_delay = Millis{1};
  }
  ~RuntimeContract() override {
    for (const auto& handle : started_)
      made_.back()->kill(handle);
    for (const auto& runtime : made_)
      runtime->stop_watching();
  }

  void SetUp() override {
    const auto missing = rig_->missing();
    if (!missing.empty()) GTEST_SKIP() << missing;
    rig_->prepare(spec_);
  }
  Runtime& make(Behaviour behaviour, ExitListener& exits) {
    made_.push_back(rig_->make(behaviour));
    made_.back()->attach(exits);
    return *made_.back();
  }
  std::string start(Runtime& runtime) {
    std::string stored;
    const auto started = runtime.start(spec_, [&](const std::string& offered) {
      stored = offered;
      return Status(Unit{});
    });
    EXPECT_TRUE(started) << (started ? "" : started.error().message);
    if (!started) return "";
    EXPECT_EQ(*started, stored) << "another handle than the one that is stored";
    started_.push_back(stored);
    return stored;
  }
  std::string start_and_wait(Runtime& runtime) {
    auto handle = start(runtime);
    EXPECT_TRUE(soon([&] { return rig_->is_up(handle); })) << "it does not come up";
    return handle;
  }

  std::unique_ptr<RuntimeRig> rig_;
  BotSpec spec_;
  Exits exits_;
  std::vector<std::unique_ptr<Runtime>> made_;
  std::vector<std::string> started_;
};

TEST_P(RuntimeContract, NothingRunsBeforeTheHandleIsStored) {
  auto& runtime = make(Behaviour::waits, exits_);
  std::string handle;
  const auto started = runtime.start(spec_, [&](const std::string& offered) {
    handle = offered;
    EXPECT_FALSE(rig_->is_up(offered));
    return Status(Error{Errc::conflict, "the reservation is gone"});
  });
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::conflict);
  EXPECT_FALSE(handle.empty());
  EXPECT_FALSE(runtime.alive(handle));
  EXPECT_FALSE(exits_.wait(Millis{50})) << "of a bot that never was";
}

TEST_P(RuntimeContract, AReservationThatWasWithdrawnCanBeLaunchedAgain) {
  auto& runtime = make(Behaviour::waits, exits_);
  ASSERT_FALSE(runtime.start(spec_, [](const std::string&) {
    return Status(Error{Errc::unavailable, "the store is away"});
  }));
  EXPECT_TRUE(runtime.alive(start(runtime)));
}

TEST_P(RuntimeContract, TheHandleThatIsStoredIsTheOneThatIsReturned) {
  auto& runtime = make(Behaviour::waits, exits_);
  EXPECT_TRUE(runtime.is_near(start(runtime)));
}

TEST_P(RuntimeContract, AnEndIsToldOnceWithItsCode) {
  auto& runtime = make(Behaviour::fails_by_itself, exits_);
  const auto handle = start(runtime);
  const auto seen = exits_.wait();
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->meeting_id, 42);
  EXPECT_EQ(seen->session_uid, spec_.session_uid);
  EXPECT_EQ(seen->status, (ExitStatus{rig_->own_exit_code(), std::nullopt}));
  EXPECT_FALSE(runtime.alive(handle));
  EXPECT_FALSE(exits_.wait(Millis{100}, 2));
}

TEST_P(RuntimeContract, StopIsGentleFirst) {
  auto& runtime = make(Behaviour::waits, exits_);
  const auto handle = start_and_wait(runtime);
  EXPECT_TRUE(runtime.alive(handle));
  runtime.stop(handle, seconds(60));
  ASSERT_TRUE(exits_.wait()) << "long before the kill";
  EXPECT_FALSE(runtime.alive(handle));
}

TEST_P(RuntimeContract, StopReturnsAtOnceAndKillsAfterTheGrace) {
  if (!rig_->has_signals()) GTEST_SKIP() << "these bots cannot ignore a stop";
  auto& runtime = make(Behaviour::ignores_sigterm, exits_);
  const auto handle = start_and_wait(runtime);
  const auto begun = steady_clock::now();
  runtime.stop(handle, Millis{900});
  EXPECT_LT(steady_clock::now() - begun, Millis{500});
  const auto seen = exits_.wait();
  ASSERT_TRUE(seen);
  EXPECT_GE(steady_clock::now() - begun, Millis{850});
  EXPECT_EQ(seen->status.signal, 9);
}

TEST_P(RuntimeContract, KillEndsWhatIgnoresAStop) {
  auto& runtime = make(Behaviour::ignores_sigterm, exits_);
  const auto handle = start_and_wait(runtime);
  runtime.stop(handle, seconds(60));
  runtime.kill(handle);
  ASSERT_TRUE(exits_.wait());
  EXPECT_FALSE(runtime.alive(handle));
}

TEST_P(RuntimeContract, ABotThatSurvivedItsServerIsAdoptedAndItsEndTold) {
  if (!rig_->outlives_servers()) GTEST_SKIP() << "these bots end with their server";
  Exits before;
  auto& first = make(Behaviour::waits, before);
  const auto handle = start_and_wait(first);
  first.stop_watching();
  auto& second = make(Behaviour::waits, exits_);
  EXPECT_TRUE(second.alive(handle));
  ASSERT_TRUE(second.adopt(43, "session-43", handle));
  ASSERT_TRUE(second.adopt(43, "session-43", handle)) << "which is nothing new";
  EXPECT_FALSE(exits_.wait(Millis{50}));
  second.kill(handle);
  const auto seen = exits_.wait();
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->session_uid, "session-43");
  EXPECT_FALSE(second.alive(handle));
  EXPECT_EQ(before.count(), 0U) << "it has stopped watching";
}

TEST_P(RuntimeContract, ABotIsStoppedThroughAnotherServerAndItsOwnIsTold) {
  if (!rig_->outlives_servers()) GTEST_SKIP() << "these bots live in their server alone";
  Exits others;
  auto& own = make(Behaviour::waits, exits_);
  auto& other = make(Behaviour::waits, others);
  const auto handle = start_and_wait(own);
  EXPECT_TRUE(other.is_near(handle));
  EXPECT_TRUE(other.alive(handle));
  other.stop(handle, seconds(60));
  ASSERT_TRUE(exits_.wait());
  EXPECT_TRUE(soon([&] { return !other.alive(handle); }));
  EXPECT_EQ(others.count(), 0U);
}

TEST_P(RuntimeContract, ABotThatHasEndedIsNotAdopted) {
  auto& runtime = make(Behaviour::fails_by_itself, exits_);
  const auto handle = start(runtime);
  ASSERT_TRUE(exits_.wait());
  // Its remains may take a moment to go.
  EXPECT_TRUE(soon([&] { return !runtime.adopt(42, spec_.session_uid, handle); }));
  EXPECT_FALSE(runtime.alive(handle));
}

TEST_P(RuntimeContract, HandlesOfNobodyDoNothing) {
  auto& runtime = make(Behaviour::waits, exits_);
  const auto living = start(runtime);
  for (const auto& handle :
       {std::string(), std::string("nonsense:1:2"), rig_->handle_of_nobody()}) {
    EXPECT_FALSE(runtime.alive(handle)) << handle;
    EXPECT_FALSE(runtime.adopt(1, "x", handle)) << handle;
    runtime.stop(handle, Millis{10});
    runtime.kill(handle);
  }
  EXPECT_FALSE(exits_.wait(Millis{50}));
  EXPECT_TRUE(runtime.alive(living));
}

std::string name_of_case(const testing::TestParamInfo<RuntimeCase>& each) {
  return each.param.name;
}

INSTANTIATE_TEST_SUITE_P(On, RuntimeContract, testing::ValuesIn(runtimes()), name_of_case);

}  // namespace
}  // namespace bot::bots
