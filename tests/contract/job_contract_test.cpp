// Jobs and their settings, on each engine.
#include "tests/contract/job_case.hpp"

namespace bot::jobs {
namespace {

class JobContract : public JobCase {};

using Told = std::vector<std::string>;

TEST_P(JobContract, AJobIsInTheStateOfItsItem) {
  const auto id = add({.owner_user_id = 7, .username = "crew", .priority = Priority::high});
  auto row = job(id);
  EXPECT_EQ(row.status, JobStatus::pending);
  EXPECT_EQ(row.priority, 2);
  EXPECT_EQ(row.owner_user_id, 7);
  EXPECT_EQ(row.created_at, now());
  EXPECT_EQ(row.started_at, std::nullopt);

  const auto item = take();
  EXPECT_EQ(job_id_of(item), id);
  EXPECT_EQ(item.max_attempts, 4);
  EXPECT_EQ(item.time_limit, Millis{300'000});
  EXPECT_EQ(job(id).status, JobStatus::running);
  EXPECT_EQ(job(id).started_at, now());

  settle(item, run(item));
  row = job(id);
  EXPECT_EQ(row.status, JobStatus::completed);
  EXPECT_EQ(row.successful, 1);
  EXPECT_EQ(row.finished_at, now());
  EXPECT_EQ(row.error_msg, std::nullopt);
  EXPECT_EQ(
      told(),
      (Told{"job_added pending 0/1", "status_updated running 0/1", "job_completed completed 1/1"}));
}

TEST_P(JobContract, ManyAreMadeInTheirOrderWithTheirOwnIds) {
  std::vector<NewJob> wanted(100);
  const auto ids = write(
      [&](sql::Connection& connection) { return JobStore(connection).create(wanted, {}, now()); });
  ASSERT_EQ(ids.size(), 100U);
  EXPECT_EQ(job_id_of(take()), ids.front());
  EXPECT_EQ(list({.limit = 1}).front().id, ids.back());
  EXPECT_EQ(list({.limit = 1000}).size(), 100U);
}

TEST_P(JobContract, AreNotThereWhenTheirTransactionIsUndone) {
  EXPECT_ANY_THROW(write([&](sql::Connection& connection) {
    const NewJob job;
    JobStore(connection).create(std::span(&job, 1), {}, now());
    throw std::runtime_error("undone");
  }));
  EXPECT_TRUE(list({}).empty());
  EXPECT_TRUE(events().events.empty());
}

TEST_P(JobContract, AreListedByOwnerStateKindAndTimeTheNewestFirst) {
  add({.owner_user_id = 7, .username = "a"});
  add({.owner_user_id = 8, .username = "b"});
  clock_.advance(Millis{1000});
  const auto second = now();
  add({.kind = "import", .owner_user_id = 7, .username = "c"});
  const auto item = take();
  settle(item, queue::Outcome::dead("no"));

  EXPECT_EQ(names({}), "cba");
  EXPECT_EQ(names({.owner_user_id = 7}), "ca");
  EXPECT_EQ(names({.status = JobStatus::pending}), "cb");
  EXPECT_EQ(names({.status = JobStatus::failed}), "a");
  EXPECT_EQ(names({.owner_user_id = 7, .status = JobStatus::pending}), "c");
  EXPECT_EQ(names({.kind = "import"}), "c");
  EXPECT_EQ(names({.created_since = second}), "c");
  EXPECT_EQ(names({.limit = 1, .offset = 1}), "b");
  read([&](sql::Connection& connection) {
    JobStore jobs(connection);
    EXPECT_FALSE(jobs.find(*job_id_of(item), 8).has_value());
    EXPECT_TRUE(jobs.find(*job_id_of(item), 7).has_value());
    EXPECT_EQ(jobs.counts().pending, 2);
    EXPECT_EQ(jobs.counts().failed, 1);
    EXPECT_EQ(jobs.counts(7).pending, 1);
    EXPECT_EQ(jobs.counts().total(), 3);
  });
}

TEST_P(JobContract, ThoseThatWaitAreCountedOnceByTheirPriority) {
  for (const auto priority : {Priority::high, Priority::normal, Priority::normal, Priority::low})
    add({.priority = priority});
  const auto begun = now();
  clock_.advance(Millis{500});

  const auto waiting =
      read([&](sql::Connection& connection) { return JobStore(connection).waiting(now()); });

  EXPECT_EQ(waiting.high, 1);
  EXPECT_EQ(waiting.normal, 2);
  EXPECT_EQ(waiting.low, 1);
  EXPECT_EQ(waiting.oldest_at, begun);
}

TEST_P(JobContract, AFinishedOneIsDeletedAndItsAccountsStay) {
  const auto id = add({});
  const auto remove = [&] {
    return write(
        [&](sql::Connection& connection) { return JobStore(connection).remove(id, listeners_); });
  };
  EXPECT_FALSE(remove());
  const auto item = take();
  EXPECT_FALSE(remove());
  settle(item, run(item));
  EXPECT_TRUE(remove());
  EXPECT_FALSE(remove());
  EXPECT_TRUE(list({}).empty());
  EXPECT_EQ(accounts(id).size(), 1U);
  EXPECT_EQ(told().back(), "job_deleted completed 1/1");
}

TEST_P(JobContract, APurgeOfItsLaneIsWrittenDownLikeEveryOtherEnd) {
  const auto waits = add({});
  const auto purge = [&](queue::ItemStatus status) {
    write([&](sql::Connection& connection) {
      queue::purge(
          connection, {.lane = std::string(lane), .status = status}, 10, now(), listeners_);
    });
  };
  purge(queue::ItemStatus::ready);
  EXPECT_EQ(job(waits).status, JobStatus::cancelled);
  EXPECT_EQ(job(waits).error_msg, "it was purged");
  purge(queue::ItemStatus::done);
  EXPECT_TRUE(list({}).empty());
  EXPECT_EQ(
      told(),
      (Told{"job_added pending 0/1", "job_cancelled cancelled 0/1", "job_deleted cancelled 0/1"}));
}

TEST_P(JobContract, EachStateIsCountedForAllAndForAnOwner) {
  for (const auto owner : {7, 8, 8}) {
    for (int i = 0; i < 5; ++i)
      add({.owner_user_id = owner});
  }
  const auto end_as = [&](const std::optional<queue::Outcome>& outcome) {
    const auto item = take();
    if (outcome) settle(item, *outcome);
    return item;
  };
  end_as(queue::Outcome::done());
  end_as(queue::Outcome::dead("no"));
  const auto cancelled = take();
  write([&](sql::Connection& connection) {
    queue::request_cancel(connection, cancelled.id, "enough", now(), listeners_);
  });
  settle(cancelled, queue::Outcome::cancelled("enough"));
  end_as({});
  const auto counts = [&](std::optional<std::int64_t> owner) {
    const auto all =
        read([&](sql::Connection& connection) { return JobStore(connection).counts(owner); });
    return std::vector{all.pending, all.running, all.completed, all.failed, all.cancelled};
  };
  using Counts = std::vector<std::int64_t>;
  EXPECT_EQ(counts({}), (Counts{11, 1, 1, 1, 1}));
  EXPECT_EQ(counts(7), (Counts{1, 1, 1, 1, 1}));
  EXPECT_EQ(counts(8), (Counts{10, 0, 0, 0, 0}));
  EXPECT_EQ(counts(9), (Counts{0, 0, 0, 0, 0}));
  EXPECT_EQ(read([&](sql::Connection& connection) {
              return JobStore(connection).waiting(now(), 7);
            }).normal,
            1);
}

TEST_P(JobContract, SettingsHoldForJobsMadeFromThenOn) {
  write([&](sql::Connection& connection) {
    write_settings(connection, {.max_retries = 1, .time_limit = {}});
    write_settings(connection, {.max_retries = {}, .time_limit = Millis{5000}});
    const auto rules = rules_now(connection, {});
    EXPECT_EQ(rules.max_retries, 1);
    EXPECT_EQ(rules.time_limit, Millis{5000});
    EXPECT_EQ(count_workers(connection, now()), 0);
  });
}

INSTANTIATE_TEST_SUITE_P(Jobs,
                         JobContract,
                         testing::ValuesIn(store::engines()),
                         store::name_of_case);

}  // namespace
}  // namespace bot::jobs
