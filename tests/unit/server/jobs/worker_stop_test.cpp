// The ends of workers.
#include <latch>
#include <thread>

#include "tests/unit/server/jobs/worker_case.hpp"

namespace bot::jobs {
namespace {

using store::WorkerStatus;
using store::WorkerWish;

class WorkerStop : public WorkerCase {};

TEST_F(WorkerStop, IsNotToldToEndWhileItStops) {
  HeldHandler held;
  std::atomic<int> told{0};
  auto telling = options();
  telling.on_end = [&](const std::string&) { ++told; };
  const auto worker = make(telling, held.handler());
  add();
  ASSERT_TRUE(worker->start());
  ASSERT_TRUE(held.begins());

  std::thread later([&] {
    EXPECT_TRUE(soon([&] { return row().beat.status == WorkerStatus::stopping; }));
    want(WorkerWish::stop);
    EXPECT_TRUE(soon([&] { return !row().wanted; }));
    held.let_go();
  });
  EXPECT_TRUE(worker->stop(std::chrono::seconds{20}));
  later.join();

  EXPECT_EQ(told, 0);
}

TEST_F(WorkerStop, DoesNotWaitForAHandlerThatHasLostItsItem) {
  Gate end;
  std::atomic<int> calls{0};
  const auto worker = make_with_limit(options(), [&](const queue::Item&, const queue::Run&) {
    if (++calls == 1) end.wait();
    return queue::Outcome::done();
  });
  const auto id = add();
  ASSERT_TRUE(worker->start());
  ASSERT_TRUE(soon([&] { return calls == 1; }));
  clock_.advance(Millis{1100});
  ASSERT_TRUE(soon([&] { return item(id).status != queue::ItemStatus::leased; }));

  EXPECT_FALSE(worker->stop(Millis{200})) << "its thread is still there";
  EXPECT_EQ(row().beat.status, WorkerStatus::stopped);
  end.open();
}

TEST_F(WorkerStop, WaitsForWhatRunsAndHidesTheSign) {
  HeldHandler held;
  const auto worker = make(held.handler());
  const auto id = add();
  ASSERT_TRUE(worker->start());
  ASSERT_TRUE(held.begins());

  std::thread later([&] {
    EXPECT_TRUE(soon([&] { return row().beat.status == WorkerStatus::stopping; }));
    held.let_go();
  });
  EXPECT_TRUE(worker->stop(std::chrono::seconds{20}));
  later.join();

  EXPECT_EQ(item(id).status, queue::ItemStatus::done);
  EXPECT_EQ(row().beat.status, WorkerStatus::stopped);
  EXPECT_TRUE(sign_.hidden());
}

TEST_F(WorkerStop, LeavesTheSignToWhoeverHasTakenItsIdSinceTheLastBeat) {
  HeldHandler held;
  auto rare = options();
  rare.beat_interval = std::chrono::hours{1};
  const auto worker = make(rare, held.handler());
  add();
  ASSERT_TRUE(worker->start());
  ASSERT_TRUE(held.begins());

  std::thread later([&] {
    EXPECT_TRUE(soon([&] { return row().beat.status == WorkerStatus::stopping; }));
    auto other = row();
    other.host = "beta";
    other.started_at += 1;
    other.beat.current_job = "job-1";
    database_.write(
        [&](sql::Connection& connection) { store::WorkerStore(connection).put(other); });
    held.let_go();
  });
  EXPECT_TRUE(worker->stop(std::chrono::seconds{20}));
  later.join();

  EXPECT_EQ(row().host, "beta");
  EXPECT_FALSE(sign_.hidden());
}

TEST_F(WorkerStop, ReturnsWhatIsNotDoneInTimeWithoutSpendingAnAttempt) {
  std::latch begun(1);
  Gate end;
  std::atomic<bool> asked{false};
  const auto worker = make([&](const queue::Item&, const queue::Run& run) {
    begun.count_down();
    soon([&] { return run.stopped(); });
    asked = run.reason() == queue::StopReason::shutdown;
    end.wait();
    return queue::Outcome::done();
  });
  const auto id = add();
  ASSERT_TRUE(worker->start());
  begun.wait();

  EXPECT_FALSE(worker->stop(Millis{2000}));

  EXPECT_TRUE(asked);
  EXPECT_EQ(item(id).status, queue::ItemStatus::ready);
  EXPECT_EQ(item(id).attempts, 0);
  EXPECT_EQ(row().beat.status, WorkerStatus::stopped);
  end.open();
}

TEST_F(WorkerStop, IsForGoodWhoeverResumesItMeanwhile) {
  HeldHandler held;
  auto worker = make(held.handler());
  const auto first = add();
  ASSERT_TRUE(worker->start());
  ASSERT_TRUE(held.begins());
  std::int64_t second = 0;

  std::thread later([&] {
    EXPECT_TRUE(soon([&] { return row().beat.status == WorkerStatus::stopping; }));
    worker->resume();
    want(WorkerWish::run);
    EXPECT_TRUE(soon([&] { return !row().wanted; }));
    second = add();
    worker->dispatcher().wake("jobs");
    held.let_go();
  });
  EXPECT_TRUE(worker->stop(std::chrono::seconds{20}));
  later.join();
  worker->resume();
  worker->dispatcher().wake("jobs");
  worker.reset();

  EXPECT_EQ(item(first).status, queue::ItemStatus::done);
  EXPECT_EQ(item(second).fence, 0) << "it was never claimed";
  EXPECT_EQ(row().beat.status, WorkerStatus::stopped);
}

TEST_F(WorkerStop, WinsAgainstAResumeThatIsUnderWay) {
  constexpr int rounds = 20;
  for (int round = 0; round < rounds; ++round) {
    auto worker = make(at_once());
    ASSERT_TRUE(worker->start());
    std::atomic<bool> stopped{false};
    std::thread resuming([&] {
      while (!stopped) {
        worker->quiet();
        worker->resume();
      }
    });
    EXPECT_TRUE(worker->stop(std::chrono::seconds{20}));
    stopped = true;
    resuming.join();
    const auto left = add();
    worker->dispatcher().wake("jobs");
    worker.reset();

    ASSERT_EQ(item(left).fence, 0) << "it was claimed in round " << round;
    ASSERT_EQ(row().beat.status, WorkerStatus::stopped);
    database_.write(
        [](sql::Connection& connection) { connection.query("DELETE FROM queue_items"); });
  }
}

}  // namespace
}  // namespace bot::jobs
