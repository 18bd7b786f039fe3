// Workers that are killed, stuck or told to let go in the middle of a job: every job's effect is
// there once, counted in the rows that its own transaction wrote.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/e2e/jobs_service.hpp"

namespace bot::e2e {
namespace {

class JobsWorkerLost : public JobsService {
 protected:
  using JobsService::JobsService;

  // Of a worker that beats every second, two beats from now: what it does every second is done.
  bool beats_twice(const Worker& worker) {
    for (int i = 0; i < 2; ++i) {
      const auto seen = number(seen_at_, {worker.id()});
      if (!eventually([&] { return number(seen_at_, {worker.id()}) > seen; })) return false;
    }
    return true;
  }

 private:
  const std::string seen_at_ = "SELECT seen_at FROM workers WHERE id = $1";
};

TEST_F(JobsWorkerLost, KilledBetweenEffectAndVerdictItsJobIsFinishedOnce) {
  const auto id = generate(1).at(0);
  {
    const auto held = hold(id);
    const auto worker = work("worker-1");
    ASSERT_TRUE(held.is_reached());
    EXPECT_EQ(number("SELECT COUNT(*) FROM accounts"), 1);
    EXPECT_EQ(item(id).at("status"), "leased");
    worker->crash();
  }
  // Under its old name it needs not wait for the lease.
  const auto again = work("worker-1");

  EXPECT_TRUE(reaches(id, "completed"));
  const auto done = item(id);
  EXPECT_EQ(done.at("attempts"), 2) << "the loss has spent one";
  EXPECT_EQ(times(done, "lost"), 1);
  expect_each_made_once({id});
}

TEST_F(JobsWorkerLost, SixTimesOfFourEveryOneOf400JobsIsDoneOnce) {
  std::vector<std::unique_ptr<Worker>> workers;
  const auto start = [&](std::size_t i) { return work("worker-" + std::to_string(i + 1)); };
  for (std::size_t i = 0; i < 4; ++i)
    workers.push_back(start(i));
  std::vector<std::string> ids;
  int in_between = 0;
  for (std::size_t kill = 0; kill < 6; ++kill) {
    auto& victim = workers[kill % workers.size()];
    const bool aimed = kill % 2 == 0;
    const auto held =
        aimed ? std::make_unique<Hold>(signals_, std::to_string(victim->pid())) : nullptr;
    const auto more = generate(kill < 4 ? 67 : 66);
    ids.insert(ids.end(), more.begin(), more.end());
    if (held) {
      ASSERT_TRUE(held->is_reached());
      ++in_between;
    }
    victim->crash();
    victim = start(kill % workers.size());
  }
  ASSERT_EQ(ids.size(), 400U);

  EXPECT_TRUE(all_complete(ids, long_patience));
  EXPECT_EQ(in_between, 3);
  expect_each_made_once(ids);
}

TEST_F(JobsWorkerLost, AJobThatKillsItsWorkerEachTimeIsADeadLetterWithTheReason) {
  const Words once_more = {"--max-retries", "1"};
  const auto id = add_job("poison", 3);
  for (int attempt = 1; attempt <= 2; ++attempt) {
    const auto held = hold(id);
    const auto worker = work("worker-1", once_more);
    ASSERT_TRUE(held.is_reached()) << attempt;
    worker->crash();
  }
  const auto worker = work("worker-1", once_more);

  ASSERT_TRUE(reaches(id, "failed"));
  const std::string reason = "its worker was lost during the last attempt";
  const auto dead = item(id);
  EXPECT_EQ(dead.at("status"), "dead");
  EXPECT_EQ(dead.at("attempts"), 2);
  EXPECT_EQ(dead.at("last_error"), reason);
  EXPECT_EQ(times(dead, "lost"), 1);
  EXPECT_EQ(times(dead, "dead"), 1);
  EXPECT_EQ(job(id).at("job").at("error_msg"), reason);
  EXPECT_EQ(number("SELECT COUNT(*) FROM accounts"), 2) << "what it did before it died stays";
  // Others are not held up by it.
  EXPECT_TRUE(reaches(generate(1).at(0), "completed"));
}

TEST_F(JobsWorkerLost, TwoWhoLookForExpiredLeasesReturnEachOnce) {
  const auto id = generate(1).at(0);
  {
    const auto held = hold(id);
    const auto worker = work("worker-1");
    ASSERT_TRUE(held.is_reached());
    worker->crash();
  }
  const auto two = work("worker-2");
  const auto three = work("worker-3");
  rows("UPDATE queue_items SET lease_until = 1 WHERE status = 'leased'");

  EXPECT_TRUE(reaches(id, "completed", long_patience));
  const auto done = item(id);
  EXPECT_EQ(times(done, "lost"), 1);
  EXPECT_EQ(done.at("attempts"), 2);
  expect_each_made_once({id});
}

TEST_F(JobsWorkerLost, CancelledBeforeItBeginsAJobIsNeverBegun) {
  const auto ids = generate(2);
  const auto answer = api().post("/api/jobs/" + ids.at(0) + "/cancel");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(status(ids[0]), "cancelled");
  EXPECT_EQ(api().post("/api/jobs/" + ids[0] + "/cancel").status, 400);
  const auto worker = work("worker-1");

  EXPECT_TRUE(reaches(ids.at(1), "completed"));
  EXPECT_EQ(status(ids[0]), "cancelled");
  EXPECT_EQ(item(ids[0]).at("attempts"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM accounts"), 1);
}

TEST_F(JobsWorkerLost, CancelledWhileItRunsAJobStopsAndIsNotTriedAgain) {
  const auto id = add_job("team", 100);
  const auto held = hold(id);
  const auto worker = work("worker-1", {"--health-check-interval", "1"});
  ASSERT_TRUE(held.is_reached());
  const auto answer = api().post("/api/jobs/" + id + "/cancel");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body.at("message"), "The job runs and was asked to stop");
  EXPECT_EQ(answer.body.at("job").at("status"), "running");
  ASSERT_TRUE(beats_twice(*worker));
  held.release();

  ASSERT_TRUE(reaches(id, "cancelled"));
  EXPECT_EQ(item(id).at("attempts"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM accounts"), 1) << "what was made before stays";
  const auto told = job(id);
  EXPECT_EQ(told.at("job").at("successful"), 1);
  ASSERT_EQ(told.at("accounts").size(), 1U);
  EXPECT_EQ(told.at("accounts")[0].at("username"), "team-1");
  EXPECT_EQ(told.at("accounts")[0].at("status"), "active");
  const auto last = events_of(id).back();
  EXPECT_EQ(last.at("event"), "job_cancelled");
  EXPECT_EQ(last.at("status"), "cancelled");
  EXPECT_EQ(last.at("data").at("progress"), 1);
  EXPECT_EQ(api().post("/api/jobs/" + id + "/cancel").status, 400);
}

class JobsTimeLimit : public JobsWorkerLost {
 protected:
  JobsTimeLimit() : JobsWorkerLost({"--job-time-limit", "1s"}) {}
};

TEST_F(JobsTimeLimit, OneThatHangsLosesItsJobAndItsLateVerdictCountsNothing) {
  const auto id = generate(1).at(0);
  const auto held = hold(id);
  const auto worker = work("worker-1");
  ASSERT_TRUE(held.is_reached());

  // The next attempt finds the effect there, and nothing left to do.
  ASSERT_TRUE(reaches(id, "completed"));
  const auto done = item(id);
  EXPECT_EQ(done.at("attempts"), 2);
  ASSERT_EQ(done.at("history").size(), 1U);
  EXPECT_EQ(done.at("history")[0].at("event"), "retry");
  EXPECT_EQ(done.at("history")[0].at("error"), "ran longer than 1 s");
  held.release();
  EXPECT_EQ(worker->terminate(), 0) << worker->log();
  EXPECT_EQ(item(id), done);
  expect_each_made_once({id});
}

}  // namespace
}  // namespace bot::e2e
