#include "server/jobs/worker.hpp"

#include <atomic>

#include "server/jobs/job.hpp"
#include "tests/unit/server/jobs/worker_case.hpp"

namespace bot::jobs {
namespace {

using store::WorkerStatus;
using store::WorkerWish;

class WorkerTest : public WorkerCase {};

TEST_F(WorkerTest, GoesOnShowingThatItIsThereWhileNothingHappens) {
  const auto worker = make(at_once());
  ASSERT_TRUE(worker->start());

  ASSERT_TRUE(soon([&] { return sign_.count() >= 3; }));
  const auto shown = sign_.last();
  EXPECT_EQ(shown["worker_id"], "worker-1");
  EXPECT_EQ(shown["status"], "running");
  EXPECT_EQ(shown["last_heartbeat"], "2025-11-21T21:20:00.000Z");
  EXPECT_EQ(shown["current_job"], nullptr);
  EXPECT_EQ(sign_.time_to_live(), Millis{80});
  EXPECT_EQ(row().beat.status, WorkerStatus::running);
  EXPECT_EQ(row().lanes, std::vector<std::string>{"jobs"});
  EXPECT_EQ(row().host, "alpha");
}

TEST_F(WorkerTest, BeatsWhileAHandlerDoesNotReturnAndNamesItsJob) {
  HeldHandler held;
  const auto worker = make(held.handler());
  add();
  ASSERT_TRUE(worker->start());

  ASSERT_TRUE(soon([&] { return sign_.last().value("current_job", types::Json()) == "job-1"; }));
  const auto before = sign_.count();
  EXPECT_TRUE(soon([&] { return sign_.count() >= before + 3; }));
  held.let_go();
  EXPECT_TRUE(
      soon([&] { return sign_.last().at("current_job").is_null() && row().beat.processed == 1; }));
  EXPECT_FALSE(row().beat.current_job);
}

TEST_F(WorkerTest, KnowsTheJobThatRunsWithoutAskingTheDatabase) {
  HeldHandler held;
  const auto worker = make(held.handler());
  add();
  ASSERT_TRUE(worker->start());
  ASSERT_TRUE(soon([&] { return sign_.last().value("current_job", types::Json()) == "job-1"; }));

  database_.write([](sql::Connection& connection) { connection.query("DELETE FROM queue_items"); });
  const auto before = sign_.count();
  ASSERT_TRUE(soon([&] { return sign_.count() >= before + 3; }));
  EXPECT_EQ(sign_.last().at("current_job"), "job-1");
  EXPECT_EQ(row().beat.current_job, "job-1");
  held.let_go();
}

TEST_F(WorkerTest, NamesOneJobAsLongAsItRunsAndThenTheNext) {
  Gate first;
  Gate second;
  const auto worker = make([&](const queue::Item& item, const queue::Run&) {
    (job_id_of(item) == "job-1" ? first : second).wait();
    return queue::Outcome::done();
  });
  add();
  add(R"({"job_id":"job-2"})");
  ASSERT_TRUE(worker->start());
  const auto named = [&](const std::string& job) {
    return soon([&] { return sign_.last().value("current_job", types::Json()) == job; });
  };

  ASSERT_TRUE(named("job-1"));
  const auto before = sign_.count();
  ASSERT_TRUE(soon([&] { return sign_.count() >= before + 3; }));
  EXPECT_EQ(sign_.last().at("current_job"), "job-1");
  first.open();
  EXPECT_TRUE(named("job-2"));
  EXPECT_TRUE(soon([&] { return row().beat.current_job == "job-2"; }));
  second.open();
}

TEST_F(WorkerTest, CountsAttemptsAndWhatEndsForGood) {
  std::atomic<int> calls{0};
  const auto worker = make([&](const queue::Item& item, const queue::Run&) {
    ++calls;
    return item.payload == "{}" ? queue::Outcome::done() : queue::Outcome::dead("no");
  });
  const auto good = add("{}");
  const auto bad = add();
  ASSERT_TRUE(worker->start());
  ASSERT_TRUE(becomes(good, queue::ItemStatus::done));
  ASSERT_TRUE(becomes(bad, queue::ItemStatus::dead));

  ASSERT_TRUE(soon([&] { return row().beat.processed == 2; }));
  EXPECT_EQ(row().beat.succeeded, 1);
  EXPECT_EQ(row().beat.failed, 1);
  EXPECT_EQ(row().beat.progress_at, clock_.now_ms());
}

TEST_F(WorkerTest, IsRefusedWhileAProcessThatLivesHasItsId) {
  const auto first = make(at_once());
  ASSERT_TRUE(first->start());
  auto same = options();
  same.lives = [](const store::WorkerRow& before) { return before.pid == 4711; };
  const auto second = make(same, at_once());

  const auto refused = second->start();

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_EQ(refused.error().message,
            "a worker worker-1 is running on this machine, as process 4711");
  ASSERT_TRUE(first->stop(Millis{1000}));
  EXPECT_TRUE(make(same, at_once())->start()) << "one that has stopped is in nobody's way";
}

TEST_F(WorkerTest, IsRefusedWhileAWorkerElsewhereThatIsHeardOfHasItsId) {
  const auto first = make(at_once());
  ASSERT_TRUE(first->start());
  auto elsewhere = options();
  elsewhere.process.host = "beta";
  elsewhere.elsewhere = WorkerOptions::Elsewhere::refused;
  elsewhere.beat_interval = Millis{30'000};

  const auto refused = make(elsewhere, at_once())->start();

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_EQ(refused.error().message, "a worker worker-1 is running on alpha");
  EXPECT_NE(refused.error().hint.find("free in 1 s"), std::string::npos) << refused.error().hint;
  ASSERT_TRUE(first->stop(Millis{1000}));
  EXPECT_TRUE(make(elsewhere, at_once())->start()) << "one that has stopped is in nobody's way";
}

TEST_F(WorkerTest, TakesTheIdOfAWorkerElsewhereThatIsNotHeardOfAnyMore) {
  store::WorkerRow before;
  before.id = "worker-1";
  before.host = "beta";
  before.beat_interval = Millis{1000};
  before.beat.seen_at = clock_.now_ms() - 2001;
  database_.write([&](sql::Connection& connection) { store::WorkerStore(connection).put(before); });
  auto refusing = options();
  refusing.elsewhere = WorkerOptions::Elsewhere::refused;
  const auto worker = make(refusing, at_once());

  EXPECT_TRUE(worker->start());
  EXPECT_EQ(row().host, "alpha");
}

TEST_F(WorkerTest, DoesAtOnceWhatItHeldBeforeItWasKilled) {
  const auto held = add();
  database_.write([&](sql::Connection& connection) {
    queue::claim(connection,
                 {.lane = "jobs", .owner = "worker-1", .lease = std::chrono::hours{1}},
                 1,
                 clock_.now_ms());
  });
  const auto worker = make(at_once());

  ASSERT_TRUE(worker->start());

  ASSERT_TRUE(becomes(held, queue::ItemStatus::done));
  EXPECT_EQ(item(held).attempts, 2) << "the attempt that was lost is spent";
}

TEST_F(WorkerTest, TakesNothingWhileItIsWantedToBeQuiet) {
  const auto worker = make(at_once());
  ASSERT_TRUE(worker->start());
  want(WorkerWish::quiet);
  ASSERT_TRUE(soon([&] { return row().beat.status == WorkerStatus::quiet; }));
  EXPECT_TRUE(soon([&] { return !row().wanted; })) << "a wish that was fulfilled is forgotten";

  const auto id = add();
  worker->dispatcher().wake("jobs");
  const auto beats = sign_.count();
  ASSERT_TRUE(soon([&] { return sign_.count() >= beats + 2; }));
  EXPECT_EQ(item(id).status, queue::ItemStatus::ready);

  want(WorkerWish::run);
  EXPECT_TRUE(becomes(id, queue::ItemStatus::done));
  EXPECT_TRUE(soon([&] { return row().beat.status == WorkerStatus::running; }));
}

TEST_F(WorkerTest, TellsItsOwnerThatItIsWantedToStop) {
  std::atomic<int> told{0};
  auto telling = options();
  telling.on_end = [&](const std::string&) { ++told; };
  const auto worker = make(telling, at_once());
  ASSERT_TRUE(worker->start());

  want(WorkerWish::stop);
  ASSERT_TRUE(soon([&] { return told == 1; }));
  want(WorkerWish::stop);
  ASSERT_TRUE(soon([&] { return !row().wanted; }));
  EXPECT_EQ(told, 1);
}

TEST_F(WorkerTest, WantsToEndWhenNoHandlerComesBack) {
  Gate end;
  std::atomic<int> calls{0};
  std::atomic<bool> told{false};
  auto telling = options();
  telling.on_end = [&](const std::string& why) { told = why == "its handlers do not come back"; };
  const auto worker = make_with_limit(telling, [&](const queue::Item&, const queue::Run&) {
    ++calls;
    end.wait();
    return queue::Outcome::done();
  });
  constexpr int most_threads = 4;
  for (int i = 0; i < most_threads; ++i)
    add();
  ASSERT_TRUE(worker->start());
  for (int i = 1; i <= most_threads; ++i) {
    EXPECT_FALSE(told) << i;
    ASSERT_TRUE(soon([&] { return calls == i; })) << i;
    clock_.advance(Millis{1100});
  }

  EXPECT_TRUE(soon([&] { return told.load(); }));
  EXPECT_TRUE(worker->hangs());
  end.open();
}

TEST_F(WorkerTest, EndsWhenAnotherHasTakenItsId) {
  std::atomic<int> told{0};
  auto telling = options();
  telling.on_end = [&](const std::string&) { ++told; };
  const auto worker = make(telling, at_once());
  ASSERT_TRUE(worker->start());
  auto other = row();
  other.host = "beta";
  other.started_at += 1;

  database_.write([&](sql::Connection& connection) { store::WorkerStore(connection).put(other); });

  EXPECT_TRUE(soon([&] { return told == 1; }));
  EXPECT_EQ(row().host, "beta");
  ASSERT_TRUE(worker->stop(Millis{1000}));
  EXPECT_EQ(row(), other) << "the row is the other's";
  EXPECT_FALSE(sign_.hidden()) << "and so is the sign";
}

TEST_F(WorkerTest, WritesItsRowAnewWhenItWasLost) {
  const auto worker = make(at_once());
  ASSERT_TRUE(worker->start());

  database_.write([](sql::Connection& connection) { connection.query("DELETE FROM workers"); });

  EXPECT_TRUE(soon([&] { return row().id == "worker-1"; }));
}

}  // namespace
}  // namespace bot::jobs
