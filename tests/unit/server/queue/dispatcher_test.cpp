#include "server/queue/dispatcher.hpp"

#include <latch>
#include <set>

#include "tests/unit/server/queue/dispatcher_case.hpp"

namespace bot::queue {
namespace {

class DispatcherTest : public DispatcherCase {};

TEST_F(DispatcherTest, RunsWhatWasThereAndWhatIsAddedWithAWake) {
  const auto before = add("before");
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 2, [&](const Item& item) {
    journal_.note(item.kind);
    return Outcome::done();
  });

  dispatcher.start();
  wait_for(before, ItemStatus::done);
  const auto after = add("after");
  dispatcher.wake("lane");
  wait_for(after, ItemStatus::done);

  EXPECT_EQ(journal_.wait_for(2), (std::vector<std::string>{"before", "after"}));
}

TEST_F(DispatcherTest, WaitsForTheStoredTimeOfARetry) {
  const auto id = add("a");
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 1, [&](const Item& item) {
    journal_.note(std::to_string(item.attempts));
    return item.attempts == 1 ? Outcome::retry("timed out") : Outcome::done();
  });
  dispatcher.start();
  journal_.wait_for(1);
  const auto waiting = wait_for(id, ItemStatus::ready);

  EXPECT_EQ(waiting.last_error, "timed out");
  EXPECT_GE(waiting.run_at, clock_.now_ms() + 500);
  EXPECT_LE(waiting.run_at, clock_.now_ms() + 1000);
  dispatcher.wake("lane");
  clock_.advance(Millis(1000));
  dispatcher.wake("lane");

  EXPECT_EQ(wait_for(id, ItemStatus::done).attempts, 2);
}

TEST_F(DispatcherTest, AVerdictAfterTheLeaseIsLostAndNothingElse) {
  const auto id = add("a");
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 1, [&](const Item& item) {
    database_.write([&](sql::Connection& connection) {
      EXPECT_TRUE(bury(connection, item.id, item.fence, "by somebody else", clock_.now_ms()));
    });
    return Outcome::done();
  });
  dispatcher.start();
  EXPECT_EQ(wait_for(id, ItemStatus::dead).last_error, "by somebody else");
  ASSERT_TRUE(dispatcher.stop(Millis{10'000}));

  EXPECT_EQ(dispatcher.statistics().lost, 1u);
  EXPECT_EQ(dispatcher.statistics().done, 0u);
}

TEST_F(DispatcherTest, TellsOfOutcomesThatWereStoredAndOfNoOthers) {
  const auto lost = add("lost");
  auto told = options();
  told.on_outcome = [&](const Item& done, const Outcome&) {
    journal_.note(done.kind + (item(done.id).status == ItemStatus::done ? " is stored" : ""));
  };
  Dispatcher dispatcher(database_, clock_, told);
  dispatcher.handle("lane", 1, [&](const Item& taken) {
    if (taken.id != lost) return Outcome::done();
    database_.write([&](sql::Connection& connection) {
      EXPECT_TRUE(bury(connection, taken.id, taken.fence, "by somebody else", clock_.now_ms()));
    });
    return Outcome::done();
  });
  dispatcher.start();
  wait_for(lost, ItemStatus::dead);
  add("kept");
  dispatcher.wake("lane");
  journal_.wait_for(1);
  ASSERT_TRUE(dispatcher.stop(Millis{10'000}));

  EXPECT_EQ(dispatcher.statistics().lost, 1u);
  EXPECT_EQ(journal_.wait_for(1), std::vector<std::string>{"kept is stored"});
}

TEST_F(DispatcherTest, SleepsUntilTheNextStoredTimeByItself) {
  const SystemClock real;
  store::Database database({.path = ":memory:"}, real);
  Dispatcher dispatcher(database, real, options());
  dispatcher.handle("lane", 1, [&](const Item& item) {
    journal_.note(real.now_ms() >= item.run_at ? "in time" : "too early");
    return Outcome::done();
  });
  dispatcher.start();
  database.write([&](sql::Connection& connection) {
    return enqueue(
        connection, {.lane = "lane", .kind = "a", .run_at = real.now_ms() + 50}, real.now_ms());
  });
  dispatcher.wake("lane");

  EXPECT_EQ(journal_.wait_for(1), std::vector<std::string>{"in time"});
}

TEST_F(DispatcherTest, BuriesWhatIsPermanentAndWhatHasNoAttemptLeft) {
  const auto permanent = add("permanent");
  const auto hopeless = add("hopeless");
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 1, [&](const Item& item) -> Outcome {
    if (item.kind == "permanent") return Outcome::dead("no such meeting");
    journal_.note(item.kind);
    throw std::runtime_error("it broke");
  });
  dispatcher.start();

  EXPECT_EQ(wait_for(permanent, ItemStatus::dead).last_error, "no such meeting");
  for (std::size_t attempt = 1; attempt <= 3; ++attempt) {
    journal_.wait_for(attempt);
    if (attempt < 3) wait_for(hopeless, ItemStatus::ready);
    clock_.advance(Millis(60'000));
    dispatcher.wake("lane");
  }

  const auto buried = wait_for(hopeless, ItemStatus::dead);
  EXPECT_EQ(buried.attempts, 3);
  EXPECT_EQ(buried.last_error, "it broke");
}

TEST_F(DispatcherTest, DoesNotSpendAnAttemptOnWhatIsAway) {
  const auto id = add("a");
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 1, [&](const Item& item) -> Outcome {
    journal_.note(std::to_string(item.attempts));
    if (journal_.wait_for(1).size() == 1) throw Unavailable("away");
    return Outcome::done();
  });
  dispatcher.start();
  journal_.wait_for(1);
  wait_for(id, ItemStatus::ready);
  clock_.advance(Millis(1000));
  dispatcher.wake("lane");
  wait_for(id, ItemStatus::done);

  EXPECT_EQ(journal_.wait_for(2), (std::vector<std::string>{"1", "1"}));
}

TEST_F(DispatcherTest, TakesBackAtOnceWhatItHeldBeforeARestartAsASpentAttempt) {
  const auto id = add("a");
  database_.write([&](sql::Connection& connection) {
    claim(connection, {"lane", options().owner, Millis(3'600'000)}, 1, clock_.now_ms());
  });

  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 1, [](const Item&) { return Outcome::done(); });
  dispatcher.start();

  EXPECT_EQ(wait_for(id, ItemStatus::done).attempts, 2);
}

TEST_F(DispatcherTest, WhatIsDueLaterIsRunThenWithoutALookBefore) {
  // A write is counted a moment after its caller has gone on.
  const auto counted = [&](std::uint64_t writes) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (database_.statistics().writes < writes && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    return database_.statistics().writes;
  };
  const auto first = add("first");
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 1, [](const Item&) { return Outcome::done(); });
  dispatcher.start();
  wait_for(first, ItemStatus::done);
  const auto before = counted(3);  // to add it, to claim it, its verdict

  const auto due = clock_.now_ms() + 50;
  const auto id = add("later", due);
  dispatcher.wake("lane", due);
  clock_.advance(Millis(50));
  wait_for(id, ItemStatus::done);
  database_.write([](sql::Connection&) {});

  EXPECT_EQ(counted(before + 4), before + 4);
}

TEST_F(DispatcherTest, TakesOverFromAnOwnerThatIsLost) {
  const auto id = add("a");
  Dispatcher dispatcher(database_, clock_, {.owner = "this machine", .lease = Millis(30)});
  dispatcher.handle("lane", 1, [](const Item&) { return Outcome::done(); });
  database_.write([&](sql::Connection& connection) {
    claim(connection, {"lane", "another machine", Millis(1000)}, 1, clock_.now_ms());
  });
  dispatcher.start();

  clock_.advance(Millis(1000));

  wait_for(id, ItemStatus::done);
}

TEST_F(DispatcherTest, FindsWhatAnotherServerHasEnqueuedWithoutBeingWoken) {
  Dispatcher dispatcher(
      database_,
      clock_,
      {.owner = "this machine", .lease = Millis(60'000), .look_every = Millis(5)});
  dispatcher.handle("lane", 1, [](const Item&) { return Outcome::done(); });
  dispatcher.start();
  const auto first = add("a");
  wait_for(first, ItemStatus::done);

  wait_for(add("b"), ItemStatus::done);
}

TEST_F(DispatcherTest, ExtendsTheLeaseOfWhatRuns) {
  const auto id = add("a");
  std::latch go(1);
  Dispatcher dispatcher(database_, clock_, {.owner = "this machine", .lease = Millis(30)});
  dispatcher.handle("lane", 1, [&](const Item&) {
    journal_.note("running");
    go.wait();
    return Outcome::done();
  });
  dispatcher.start();
  journal_.wait_for(1);
  const auto before = item(id).lease_until;
  clock_.advance(Millis(10));

  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (item(id).lease_until == before && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();

  EXPECT_GT(item(id).lease_until, before);
  go.count_down();
  wait_for(id, ItemStatus::done);
}

TEST_F(DispatcherTest, StopGivesBackWhatWasNotBegun) {
  std::latch go(1);
  const auto running = add("running");
  const auto waiting = add("waiting");
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 1, [&](const Item& item) {
    journal_.note(item.kind);
    go.wait();
    return Outcome::done();
  });
  dispatcher.start();
  journal_.wait_for(1);

  EXPECT_FALSE(dispatcher.stop(Millis(0)));
  const auto given_back = wait_for(waiting, ItemStatus::ready);
  go.count_down();
  EXPECT_TRUE(dispatcher.stop(Millis(10'000)));

  EXPECT_EQ(given_back.attempts, 0);
  EXPECT_EQ(item(running).status, ItemStatus::done);
  EXPECT_EQ(journal_.wait_for(1).size(), 1u);
}

TEST_F(DispatcherTest, AKeyThatHangsLeavesTheOtherWorkersToTheRest) {
  std::latch go(1);
  const auto add_of = [&](const std::string& key) {
    return *database_.write([&](sql::Connection& connection) {
      return enqueue(connection, {.lane = "lane", .kind = key, .fair_key = key}, clock_.now_ms());
    });
  };
  std::vector<std::int64_t> hanging;
  for (int i = 0; i < 12; ++i)
    hanging.push_back(add_of("hangs"));
  const auto prompt = add_of("prompt");
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", {3, 2}, [&](const Item& item) {
    if (item.kind == "hangs") go.wait();
    return Outcome::done();
  });
  dispatcher.start();

  wait_for(prompt, ItemStatus::done);
  for (std::size_t i = 2; i < hanging.size(); ++i) {
    EXPECT_EQ(item(hanging[i]).status, ItemStatus::ready);
    EXPECT_EQ(item(hanging[i]).attempts, 0);
  }
  go.count_down();
  for (const auto id : hanging)
    EXPECT_EQ(wait_for(id, ItemStatus::done).attempts, 1);
}

TEST_F(DispatcherTest, RunsManyItemsOnceEachOverSeveralWorkers) {
  constexpr int items = 500;
  std::mutex mutex;
  std::multiset<std::string> seen;
  database_.write([&](sql::Connection& connection) {
    for (int i = 0; i < items; ++i)
      enqueue(connection, {.lane = "lane", .kind = std::to_string(i)}, clock_.now_ms());
  });
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 4, [&](const Item& item) {
    {
      const std::lock_guard lock(mutex);
      seen.insert(item.kind);
    }
    journal_.note("");
    return Outcome::done();
  });
  dispatcher.start();
  journal_.wait_for(items);
  EXPECT_TRUE(dispatcher.stop(Millis(10'000)));

  const std::set<std::string> different(seen.begin(), seen.end());
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(items));
  EXPECT_EQ(different.size(), static_cast<std::size_t>(items));
  EXPECT_EQ(dispatcher.statistics().done, static_cast<std::uint64_t>(items));
  EXPECT_EQ(dispatcher.statistics().lost, 0u);
}

}  // namespace
}  // namespace bot::queue
