#include "server/store/lease_store.hpp"
#include "server/store/worker_store.hpp"
#include "tests/contract/engines.hpp"

namespace bot::store {
namespace {

WorkerRow worker(const std::string& id) {
  return {.id = id,
          .host = "alpha",
          .pid = 4711,
          .pid_started_at = 99,
          .version = "1.0.0",
          .lanes = {"jobs", "webhook.deliver"},
          .concurrency = 4,
          .started_at = 1000,
          .beat_interval = Millis{30'000},
          .beat = {.seen_at = 1000}};
}

class WorkerContract : public OnEachEngine {
 protected:
  void put(const WorkerRow& row) {
    write([&](sql::Connection& connection) { WorkerStore(connection).put(row); });
  }
  bool beat(const std::string& id,
            UnixMillis started_at,
            const WorkerBeat& told,
            std::optional<WorkerWish> fulfilled = {}) {
    return write([&](sql::Connection& connection) {
      return WorkerStore(connection).beat(id, started_at, told, fulfilled);
    });
  }
  bool want(const std::string& id, WorkerWish wish) {
    return write(
        [&](sql::Connection& connection) { return WorkerStore(connection).want(id, wish); });
  }
  std::optional<WorkerRow> find(const std::string& id) {
    return read([&](sql::Connection& connection) { return WorkerStore(connection).find(id); });
  }
  bool is_free(const std::string& owner, UnixMillis at) {
    return read([&](sql::Connection& connection) {
      return LeaseStore(connection).is_free("mirror", owner, at);
    });
  }
  bool take(const std::string& owner, UnixMillis until, UnixMillis at) {
    return write([&](sql::Connection& connection) {
      return LeaseStore(connection).take("mirror", owner, until, at);
    });
  }
};

TEST_P(WorkerContract, ReadsWhatWasPutAndReplacesItWithItsWish) {
  put(worker("one"));
  ASSERT_TRUE(want("one", WorkerWish::stop));
  auto again = worker("one");
  again.pid = 4712;
  again.started_at = 2000;
  put(again);
  put(worker("a"));

  EXPECT_EQ(find("one"), again);
  const auto all = read([](sql::Connection& connection) { return WorkerStore(connection).all(); });
  EXPECT_EQ(all, (std::vector<WorkerRow>{worker("a"), again}));
}

TEST_P(WorkerContract, ABeatTellsWhatTheWorkerIsAt) {
  put(worker("one"));
  const WorkerBeat told{.status = WorkerStatus::quiet,
                        .seen_at = 1500,
                        .current_job = "job",
                        .progress_at = 1400,
                        .processed = 3,
                        .succeeded = 2,
                        .failed = 1};

  EXPECT_TRUE(beat("one", 1000, told));

  auto expected = worker("one");
  expected.beat = told;
  EXPECT_EQ(find("one"), expected);
}

TEST_P(WorkerContract, ABeatOfAnEarlierRunChangesNothing) {
  put(worker("one"));

  EXPECT_FALSE(beat("one", 999, {.seen_at = 1500}));
  EXPECT_FALSE(beat("nobody", 1000, {.seen_at = 1500}));

  EXPECT_EQ(find("one"), worker("one"));
}

TEST_P(WorkerContract, OnlyTheWishThatWasFulfilledIsForgotten) {
  put(worker("one"));
  ASSERT_TRUE(want("one", WorkerWish::stop));

  ASSERT_TRUE(beat("one", 1000, {.seen_at = 1500}, WorkerWish::quiet));
  EXPECT_EQ(find("one")->wanted, WorkerWish::stop);
  ASSERT_TRUE(beat("one", 1000, {.seen_at = 1600}, WorkerWish::stop));
  EXPECT_EQ(find("one")->wanted, std::nullopt);
  EXPECT_FALSE(want("nobody", WorkerWish::run));
}

TEST_P(WorkerContract, OneThatIsSilentForTwoIntervalsIsLostUnlessItHasStopped) {
  auto row = worker("one");
  const auto silent = row.beat.seen_at + 60'000;

  EXPECT_TRUE(row.works_on("jobs", silent));
  EXPECT_FALSE(row.works_on("bot.launch", silent));
  EXPECT_TRUE(row.is_lost(silent + 1));
  EXPECT_FALSE(row.works_on("jobs", silent + 1));
  row.beat.status = WorkerStatus::stopped;
  EXPECT_FALSE(row.is_lost(silent + 1));
}

TEST_P(WorkerContract, OneThatWasSeenAheadOfAClockThatWasSetBackIsLostUntilItBeatsAgain) {
  const auto row = worker("one");
  const auto set_back = row.beat.seen_at - 60'000;

  EXPECT_TRUE(row.works_on("jobs", set_back));
  EXPECT_TRUE(row.is_lost(set_back - 1));
  EXPECT_FALSE(row.works_on("jobs", set_back - 1));
}

TEST_P(WorkerContract, ForgetsThoseThatWereNotSeenSince) {
  put(worker("old"));
  auto fresh = worker("fresh");
  fresh.beat.seen_at = 5000;
  put(fresh);

  write([](sql::Connection& connection) { WorkerStore(connection).forget_unseen_since(2000); });

  EXPECT_EQ(find("old"), std::nullopt);
  EXPECT_EQ(find("fresh"), fresh);
}

TEST_P(WorkerContract, ALeaseIsOnesUntilItRunsOutOrIsReleased) {
  EXPECT_TRUE(take("one", 100, 50));
  EXPECT_FALSE(take("two", 200, 99));
  EXPECT_FALSE(is_free("two", 99));
  EXPECT_TRUE(is_free("one", 99));
  EXPECT_TRUE(is_free("two", 100));
  EXPECT_TRUE(take("one", 150, 99));
  EXPECT_FALSE(take("two", 200, 149));
  EXPECT_TRUE(take("two", 250, 150));

  write([](sql::Connection& connection) {
    LeaseStore(connection).release("mirror", "one");
    LeaseStore(connection).release("mirror", "two");
  });
  EXPECT_TRUE(take("one", 300, 160));
}

INSTANTIATE_TEST_SUITE_P(Engines, WorkerContract, testing::ValuesIn(engines()), name_of_case);

}  // namespace
}  // namespace bot::store
