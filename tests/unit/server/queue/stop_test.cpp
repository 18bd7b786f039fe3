// Handlers that are asked to stop: by whoever cancels, by the clock, by the end of the program.
#include <atomic>
#include <condition_variable>
#include <latch>

#include "tests/fakes/base/soon.hpp"
#include "tests/unit/server/queue/dispatcher_case.hpp"

namespace bot::queue {
namespace {

class StopTest : public DispatcherCase {
 protected:
  // Looks often for what was cancelled and what takes too long.
  DispatcherOptions watchful() const {
    auto options = this->options();
    options.watch_every = Millis{2};
    return options;
  }
  // Waits until it is asked to stop, and notes why.
  Outcome obey(const Item& item, const queue::Run& run) {
    journal_.note(item.kind);
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any asked;
    asked.wait(lock, run.stop, [] { return false; });
    const auto reason = run.reason();
    journal_.note(reason == StopReason::cancelled    ? "cancelled"
                  : reason == StopReason::time_limit ? "too long"
                  : reason == StopReason::shutdown   ? "shut down"
                                                     : "for nothing");
    return Outcome::retry("stopped");
  }
  StoppableHandler obedient() {
    return [this](const Item& item, const queue::Run& run) { return obey(item, run); };
  }
  Cancellation ask_cancel(std::int64_t id) {
    return database_.write([&](sql::Connection& connection) {
      return request_cancel(connection, id, "by Ann", clock_.now_ms());
    });
  }
  // Has the dispatcher take two items at once: its worker is at the first until `go`, the second,
  // whose id is returned, is begun by nobody.
  std::int64_t start_and_take_two(Dispatcher& dispatcher, std::latch& go) {
    dispatcher.handle("lane", 1, [&](const Item& item) {
      journal_.note(item.kind);
      if (item.kind == "hangs") go.wait();
      return Outcome::done();
    });
    dispatcher.start();
    // So quick that more than one item is taken at once from then on.
    for (std::size_t i = 1; i <= 5; ++i) {
      const auto quick = add("quick");
      dispatcher.wake("lane");
      wait_for(quick, ItemStatus::done);
    }
    const auto waiting = database_.write([&](sql::Connection& connection) {
      enqueue(connection, {.lane = "lane", .kind = "hangs"}, clock_.now_ms());
      return *enqueue(connection, {.lane = "lane", .kind = "waits"}, clock_.now_ms());
    });
    dispatcher.wake("lane");
    journal_.wait_for(6);
    return waiting;
  }
  static Concurrency one_for(Millis limit) {
    Concurrency one(1);
    one.time_limit = limit;
    return one;
  }
};

TEST_F(StopTest, ACancelReachesAHandlerThatRuns) {
  const auto id = add("a");
  auto options = this->options();
  std::atomic<int> told{0};
  options.on_outcome = [&](const Item&, const Outcome& outcome) {
    if (outcome.kind == Outcome::Kind::cancelled) ++told;
  };
  Dispatcher dispatcher(database_, clock_, options);
  dispatcher.handle("lane", 1, obedient());
  dispatcher.start();
  journal_.wait_for(1);
  EXPECT_EQ(dispatcher.running(), std::vector{id});
  ASSERT_TRUE(dispatcher.running(id));
  EXPECT_EQ(dispatcher.running(id)->kind, "a");

  EXPECT_EQ(ask_cancel(id), Cancellation::asked);
  dispatcher.notice_cancel(id);

  const auto cancelled = wait_for(id, ItemStatus::done);
  EXPECT_TRUE(cancelled.cancelled_at.has_value());
  EXPECT_EQ(cancelled.last_error, "by Ann");
  EXPECT_EQ(journal_.wait_for(2).at(1), "cancelled");
  EXPECT_TRUE(soon([&] { return dispatcher.statistics().cancelled == 1; }));
  EXPECT_EQ(dispatcher.statistics().retried, 0u);
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(dispatcher.running().empty());
  EXPECT_FALSE(dispatcher.running(id));
}

TEST_F(StopTest, ACancelIsSeenWithoutANotice) {
  const auto id = add("a");
  Dispatcher dispatcher(database_, clock_, watchful());
  dispatcher.handle("lane", 1, obedient());
  dispatcher.start();
  journal_.wait_for(1);

  ask_cancel(id);

  EXPECT_TRUE(wait_for(id, ItemStatus::done).cancelled_at.has_value());
}

TEST_F(StopTest, WhatIsDoneBeforeItHearsOfTheCancelIsDone) {
  const auto id = add("a");
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 1, [&](const Item& item) {
    ask_cancel(item.id);
    return Outcome::done();
  });
  dispatcher.start();

  EXPECT_EQ(wait_for(id, ItemStatus::done).cancelled_at, std::nullopt);
}

TEST_F(StopTest, AHandlerMayCancelByItself) {
  const auto id = add("a");
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 1, [](const Item&) { return Outcome::cancelled("needless"); });
  dispatcher.start();

  const auto cancelled = wait_for(id, ItemStatus::done);
  EXPECT_TRUE(cancelled.cancelled_at.has_value());
  EXPECT_EQ(cancelled.last_error, "needless");
}

TEST_F(StopTest, WhatNobodyBeginsIsCancelledWhileTheWorkerIsBusy) {
  std::latch go(1);
  Dispatcher dispatcher(database_, clock_, options());
  const auto waiting = start_and_take_two(dispatcher, go);

  ask_cancel(waiting);
  dispatcher.notice_cancel(waiting);

  EXPECT_TRUE(wait_for(waiting, ItemStatus::done).cancelled_at.has_value());
  go.count_down();
}

TEST_F(StopTest, WhatNobodyBeginsForLongGoesBackForOthers) {
  std::latch go(1);
  Dispatcher dispatcher(database_, clock_, watchful());
  const auto waiting = start_and_take_two(dispatcher, go);

  clock_.advance(Millis{1000});

  EXPECT_EQ(wait_for(waiting, ItemStatus::ready).attempts, 0);
  go.count_down();
  wait_for(waiting, ItemStatus::done);
}

TEST_F(StopTest, AnAttemptThatTakesTooLongIsStoppedAndSpent) {
  const auto id = add("a");
  Dispatcher dispatcher(database_, clock_, watchful());
  dispatcher.handle("lane", one_for(Millis{2000}), obedient());
  dispatcher.start();
  journal_.wait_for(1);

  clock_.advance(Millis{2000});

  const auto retried = wait_for(id, ItemStatus::ready);
  EXPECT_EQ(retried.attempts, 1);
  EXPECT_EQ(retried.last_error, "ran longer than 2 s");
  EXPECT_GT(retried.run_at, clock_.now_ms());
  EXPECT_EQ(journal_.wait_for(2).at(1), "too long");
}

TEST_F(StopTest, AnItemsOwnLimitGoesBeforeItsLanes) {
  const auto id = *database_.write([&](sql::Connection& connection) {
    return enqueue(
        connection, {.lane = "lane", .kind = "a", .time_limit = Millis{500}}, clock_.now_ms());
  });
  Dispatcher dispatcher(database_, clock_, watchful());
  dispatcher.handle("lane", one_for(Millis{3'600'000}), obedient());
  dispatcher.start();
  journal_.wait_for(1);

  clock_.advance(Millis{500});

  EXPECT_EQ(wait_for(id, ItemStatus::ready).last_error, "ran longer than 500ms");
}

TEST_F(StopTest, AHandlerThatDoesNotHearLosesTheItemToAnotherWorkerAndItsVerdictIsLost) {
  const auto id = add("a");
  std::latch go(1);
  Dispatcher dispatcher(database_, clock_, watchful());
  dispatcher.handle("lane", one_for(Millis{2000}), [&](const Item& item) {
    journal_.note(std::to_string(item.attempts));
    if (item.attempts > 1) return Outcome::done();
    go.wait();
    return Outcome::dead("too late");
  });
  dispatcher.start();
  journal_.wait_for(1);

  clock_.advance(Millis{7000});
  EXPECT_EQ(wait_for(id, ItemStatus::ready).last_error, "ran longer than 2 s");
  clock_.advance(Millis{1000});
  dispatcher.wake("lane");

  EXPECT_EQ(wait_for(id, ItemStatus::done).attempts, 2);
  EXPECT_FALSE(dispatcher.stop(Millis{0})) << "the first handler still runs";
  go.count_down();
  EXPECT_TRUE(dispatcher.stop(Millis{10'000}));
  EXPECT_EQ(item(id).status, ItemStatus::done);
  EXPECT_EQ(dispatcher.statistics().lost, 1u);
  EXPECT_EQ(dispatcher.statistics().done, 1u);
  EXPECT_EQ(dispatcher.statistics().retried, 1u);
}

TEST_F(StopTest, AnItemThatAlwaysHangsIsBuriedWithItsReason) {
  const auto id = add("a");  // 3 attempts
  std::latch go(1);
  Dispatcher dispatcher(database_, clock_, watchful());
  dispatcher.handle("lane", one_for(Millis{2000}), [&](const Item& item) {
    journal_.note(std::to_string(item.attempts));
    go.wait();
    return Outcome::done();
  });
  dispatcher.start();
  for (std::size_t attempt = 1; attempt <= 3; ++attempt) {
    journal_.wait_for(attempt);
    clock_.advance(Millis{7000});
    wait_for(id, attempt < 3 ? ItemStatus::ready : ItemStatus::dead);
    clock_.advance(Millis{60'000});
    dispatcher.wake("lane");
  }

  EXPECT_EQ(item(id).last_error, "ran longer than 2 s");
  go.count_down();
  EXPECT_TRUE(dispatcher.stop(Millis{10'000}));
  EXPECT_EQ(item(id).status, ItemStatus::dead);
}

TEST_F(StopTest, AShutdownSpendsNoAttemptOfWhatStops) {
  const auto id = add("a");
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 1, obedient());
  dispatcher.start();
  journal_.wait_for(1);

  dispatcher.quiet();
  EXPECT_EQ(dispatcher.give_back_running(Millis{10'000}), 0u);

  EXPECT_EQ(item(id).status, ItemStatus::ready);
  EXPECT_EQ(item(id).attempts, 0);
  EXPECT_EQ(journal_.wait_for(2).at(1), "shut down");
}

TEST_F(StopTest, AShutdownGivesBackWhatDoesNotStopToWhoeverIsNext) {
  const auto id = add("a");
  std::latch go(1);
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 1, [&](const Item& item) {
    journal_.note(item.kind);
    go.wait();
    return Outcome::dead("too late");
  });
  dispatcher.start();
  journal_.wait_for(1);

  EXPECT_FALSE(dispatcher.stop(Millis{0}));
  EXPECT_EQ(dispatcher.give_back_running(Millis{0}), 1u);
  EXPECT_EQ(item(id).status, ItemStatus::ready);
  EXPECT_EQ(item(id).attempts, 0);
  Dispatcher next(database_, clock_, {.owner = "another machine"});
  next.handle("lane", 1, [](const Item&) { return Outcome::done(); });
  next.start();

  EXPECT_EQ(wait_for(id, ItemStatus::done).attempts, 1);
  go.count_down();
  EXPECT_TRUE(dispatcher.stop(Millis{10'000}));
  EXPECT_EQ(item(id).status, ItemStatus::done);
  EXPECT_EQ(dispatcher.statistics().lost, 1u);
}

TEST_F(StopTest, AQuietDispatcherFinishesWhatRunsAndTakesNothingUntilItIsResumed) {
  const auto first = add("first");
  std::latch go(1);
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 1, [&](const Item& item) {
    journal_.note(item.kind);
    go.wait();
    return Outcome::done();
  });
  dispatcher.start();
  journal_.wait_for(1);

  dispatcher.quiet();
  const auto second = add("second");
  dispatcher.wake("lane");
  go.count_down();
  wait_for(first, ItemStatus::done);
  database_.write([](sql::Connection&) {});
  EXPECT_EQ(item(second).status, ItemStatus::ready);
  EXPECT_EQ(item(second).fence, 0) << "it was never claimed";
  dispatcher.resume();

  wait_for(second, ItemStatus::done);
}

TEST_F(StopTest, APausedLaneIsLeftAloneAndGoesOnWithAWake) {
  database_.write(
      [&](sql::Connection& connection) { pause(connection, "lane", "Ann", clock_.now_ms()); });
  const auto id = add("a");
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 1, [](const Item&) { return Outcome::done(); });
  const auto before = database_.statistics().writes;
  dispatcher.start();
  // What it does at its start, and a look at the lane.
  ASSERT_TRUE(soon([&] { return database_.statistics().writes >= before + 2; }));
  EXPECT_EQ(item(id).fence, 0) << "it was never claimed";
  database_.write([](sql::Connection& connection) { EXPECT_TRUE(resume(connection, "lane")); });
  dispatcher.wake("lane");

  EXPECT_EQ(wait_for(id, ItemStatus::done).attempts, 1);
}

}  // namespace
}  // namespace bot::queue
