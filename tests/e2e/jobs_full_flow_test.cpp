// The twelve tests of the original's full flow under their names (admin-messaging-jobs §3.8), each
// through a started server and started workers. The engines are those of tests/with_engines, and a
// Redis of each test's own.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>

#include "base/time_format.hpp"
#include "tests/e2e/jobs_service.hpp"

namespace bot::e2e {
namespace {

using std::chrono::steady_clock;

class FullFlow : public JobsService {
 protected:
  // The ids of the jobs in Redis's list, as `redis-cli LRANGE botrix:jobs:queue 0 -1` shows them.
  std::vector<std::string> queued_ids() {
    std::vector<std::string> ids;
    for (const auto& entry : redis({"LRANGE", "botrix:jobs:queue", "0", "-1"}).list)
      ids.push_back(json::parse(entry.text).at("id"));
    return ids;
  }
  // The jobs in the order in which they were completed.
  std::vector<std::string> completed_ids() {
    std::vector<std::string> ids;
    const auto found =
        rows("SELECT job_id FROM job_events WHERE event = 'job_completed' ORDER BY id");
    for (const sql::Row row : found)
      ids.push_back(row.text("job_id"));
    return ids;
  }
  // As it has told with its last beat.
  std::int64_t succeeded(const Worker& worker) {
    return number("SELECT succeeded FROM workers WHERE id = $1", {worker.id()});
  }

  const Words one_at_a_time_ = {"--concurrency", "1", "--health-check-interval", "1"};
};

TEST_F(FullFlow, test_single_account_creation) {
  const auto ids = generate(1, {{"username", "ada"}});
  ASSERT_EQ(ids.size(), 1U);
  EXPECT_TRUE(eventually([&] { return queue_length() == 1; }));
  const auto worker = work("worker-1");

  ASSERT_TRUE(reaches(ids[0], "completed"));
  const auto told = job(ids[0]);
  EXPECT_EQ(told.at("progress").at("successful"), 1);
  ASSERT_EQ(told.at("accounts").size(), 1U);
  EXPECT_EQ(told.at("accounts")[0].at("username"), "ada");
  EXPECT_TRUE(eventually([&] { return queue_length() == 0; }));
  EXPECT_TRUE(eventually([&] {
    return !redis({"GET", "botrix:jobs:results:" + ids[0]}).is_nil();
  }));
  const auto result = json::parse(redis({"GET", "botrix:jobs:results:" + ids[0]}).text);
  EXPECT_EQ(result.at("accounts_created"), 1);
  EXPECT_EQ(result.at("accounts")[0].at("username"), "ada");
}

TEST_F(FullFlow, test_multiple_accounts_creation) {
  const auto worker = work("worker-1");
  const auto id = add_job("team", 5);

  ASSERT_TRUE(reaches(id, "completed"));
  const auto accounts = job(id).at("accounts");
  ASSERT_EQ(accounts.size(), 5U);
  std::set<std::string> names;
  for (const auto& account : accounts) {
    names.insert(account.at("username"));
    EXPECT_GT(account.at("id"), 0);
    EXPECT_EQ(account.at("status"), "active");
    EXPECT_GE(account.at("concurrency_limit"), 1);
    EXPECT_TRUE(account.at("token_id").is_number());
    EXPECT_EQ(account.at("token_shown"), false);
    EXPECT_NE(account.at("created_at"), "");
    EXPECT_EQ(account.at("job_id"), id);
  }
  EXPECT_EQ(names, (std::set<std::string>{"team-1", "team-2", "team-3", "team-4", "team-5"}));
  expect_each_made_once({id});
}

TEST_F(FullFlow, test_multiple_jobs_sequential) {
  const auto worker = work("worker-1");
  for (int i = 0; i < 3; ++i) {
    const auto ids = generate(1);
    ASSERT_EQ(ids.size(), 1U);
    EXPECT_TRUE(reaches(ids[0], "completed")) << i;
  }
  EXPECT_TRUE(eventually([&] { return queue_length() == 0; }));
  EXPECT_EQ(number("SELECT COUNT(*) FROM accounts"), 3);
}

TEST_F(FullFlow, test_job_failure_handling) {
  const auto worker = work("worker-1");
  const auto first = generate(1, {{"username", "taken"}});
  ASSERT_TRUE(reaches(first.at(0), "completed"));
  const auto second = generate(1, {{"username", "taken"}}).at(0);

  ASSERT_TRUE(reaches(second, "failed"));
  const auto told = job(second).at("job");
  EXPECT_EQ(told.at("error_msg"), "the username taken is taken");
  EXPECT_EQ(told.at("failed"), 1);
  EXPECT_TRUE(eventually([&] {
    return redis({"GET", "botrix:jobs:status:" + second}).text == "failed" &&
           redis({"GET", "botrix:jobs:status:" + second + ":error"}).text == told.at("error_msg");
  }));
  const auto dead = api().get("/admin/dead-letters?lane=jobs").body.at("items");
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].at("last_error"), told.at("error_msg"));
  EXPECT_EQ(number("SELECT COUNT(*) FROM accounts"), 1);
}

TEST_F(FullFlow, test_job_status_progression) {
  const auto id = generate(1).at(0);
  EXPECT_EQ(status(id), "pending");
  const auto held = hold(id);
  const auto worker = work("worker-1");
  ASSERT_TRUE(held.is_reached());
  EXPECT_EQ(status(id), "running");
  EXPECT_TRUE(eventually([&] {
    return redis({"GET", "botrix:jobs:status:" + id}).text == "running";
  }));
  EXPECT_EQ(redis({"SISMEMBER", "botrix:jobs:processing", id}).integer, 1);
  held.release();

  ASSERT_TRUE(reaches(id, "completed"));
  std::vector<std::string> statuses;
  EXPECT_TRUE(eventually([&] {
    statuses.clear();
    for (const auto& event : events_of(id))
      statuses.push_back(event.at("status"));
    return statuses.size() >= 3;
  }));
  EXPECT_EQ(statuses, (std::vector<std::string>{"pending", "running", "completed"}));
  const auto told = job(id).at("job");
  EXPECT_LE(told.at("created_at"), told.at("started_at"));
  EXPECT_LE(told.at("started_at"), told.at("completed_at"));
}

TEST_F(FullFlow, test_pubsub_updates) {
  redis::Connection subscriber({.address = redis::parse_url(redis_.url()).value()});
  subscriber.run({"SUBSCRIBE", "botrix:jobs:updates"});
  const auto worker = work("worker-1");
  const auto id = generate(1).at(0);

  std::optional<json> completed;
  ASSERT_TRUE(eventually([&] {
    const auto message = subscriber.next_message(Millis{100});
    if (!message || message->list.size() != 3) return false;
    auto event = json::parse(message->list[2].text);
    if (event.at("event") == "job_completed") completed = std::move(event);
    return completed.has_value();
  }));
  EXPECT_EQ(completed->at("v"), 1);
  EXPECT_EQ(completed->at("job_id"), id);
  EXPECT_EQ(completed->at("status"), "completed");
  EXPECT_TRUE(parse_time(completed->at("timestamp").get<std::string>()));
  EXPECT_EQ(completed->at("data").at("job_id"), id);
}

TEST_F(FullFlow, test_queue_persistence) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i)
    ids.push_back(generate(1).at(0));
  EXPECT_TRUE(eventually([&] { return queued_ids() == ids; }));
  restart_server();
  redis({"FLUSHALL"});
  EXPECT_TRUE(eventually([&] { return queued_ids() == ids; }));
  for (const auto& id : ids)
    EXPECT_EQ(status(id), "pending");

  const auto worker = work("worker-1", one_at_a_time_);
  EXPECT_TRUE(all_complete(ids));
  EXPECT_EQ(completed_ids(), ids) << "the first in is the first out";
}

TEST_F(FullFlow, test_concurrent_job_processing) {
  const auto one = work("worker-1", one_at_a_time_);
  const auto two = work("worker-2", one_at_a_time_);
  const auto first = hold(*one);
  const auto second = hold(*two);
  const auto ids = generate(6);
  ASSERT_TRUE(first.is_reached());
  ASSERT_TRUE(second.is_reached()) << "they work at the same time";
  first.release();
  second.release();

  EXPECT_TRUE(all_complete(ids));
  expect_each_made_once(ids);
  EXPECT_TRUE(eventually([&] { return succeeded(*one) > 0 && succeeded(*two) > 0; }));
  EXPECT_TRUE(eventually([&] { return succeeded(*one) + succeeded(*two) == 6; }));
}

TEST_F(FullFlow, test_empty_queue_timeout) {
  const auto worker = work("worker-1");
  EXPECT_EQ(queue_length(), 0);
  // What waits for work that never comes can be ended all the same.
  const auto asked = steady_clock::now();
  EXPECT_EQ(worker->terminate(), 0) << worker->log();
  EXPECT_LT(steady_clock::now() - asked, std::chrono::seconds{10});
}

TEST_F(FullFlow, test_worker_health_check) {
  const std::string key = "botrix:worker:health:worker-1";
  const auto worker = work("worker-1");
  ASSERT_TRUE(eventually([&] { return !redis({"GET", key}).is_nil(); }));
  const auto lives = redis({"TTL", key}).integer;
  EXPECT_GT(lives, 30);
  EXPECT_LE(lives, 60);
  const auto health = json::parse(redis({"GET", key}).text);
  EXPECT_EQ(health.at("worker_id"), "worker-1");
  EXPECT_EQ(health.at("status"), "running");
  EXPECT_TRUE(parse_time(health.at("last_heartbeat").get<std::string>()));
  EXPECT_TRUE(health.at("current_job").is_null());
  EXPECT_EQ(health.at("jobs_processed"), 0);
  EXPECT_GE(health.at("uptime_seconds"), 0);

  EXPECT_EQ(worker->terminate(), 0);
  EXPECT_TRUE(redis({"GET", key}).is_nil());
}

TEST_F(FullFlow, test_high_volume_processing) {
  const auto ids = generate(50);
  ASSERT_EQ(ids.size(), 50U);
  const auto begun = steady_clock::now();
  const auto worker = work("worker-1");

  EXPECT_TRUE(all_complete(ids));
  const std::chrono::duration<double> took = steady_clock::now() - begun;
  std::printf("50 jobs, from the worker's start: %.0f a second\n", 50 / took.count());
  expect_each_made_once(ids);
}

TEST_F(FullFlow, test_retry_then_fail_permanently) {
  break_username("unlucky");
  const auto worker = work("worker-1");
  const auto id = generate(1, {{"username", "unlucky"}}).at(0);

  ASSERT_TRUE(reaches(id, "failed", long_patience));
  const auto error = job(id).at("job").at("error_msg").get<std::string>();
  EXPECT_NE(error.find("the accounts are out of order"), std::string::npos) << error;
  const auto failed = item(id);
  EXPECT_EQ(failed.at("attempts"), 4);
  EXPECT_EQ(times(failed, "retry"), 3);
  EXPECT_EQ(times(failed, "dead"), 1);
  const auto& history = failed.at("history");
  ASSERT_EQ(history.size(), 4U);
  for (std::size_t i = 0; i < 3; ++i) {
    // 1, 2 and 4 s, half of it by chance; what is late is the machine's doing.
    const std::int64_t pause = 1000 << i;
    const auto waited =
        history[i + 1].at("at").get<std::int64_t>() - history[i].at("at").get<std::int64_t>();
    EXPECT_GE(waited, pause / 2) << i;
    EXPECT_LT(waited, pause + 3000) << i;
  }
  EXPECT_EQ(number("SELECT COUNT(*) FROM accounts"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM users"), 0) << "a failed attempt left something behind";
}

TEST(FullFlowNames, AreThoseOfTheReferenceAllTwelve) {
  const std::set<std::string> wanted = {"test_single_account_creation",
                                        "test_multiple_accounts_creation",
                                        "test_multiple_jobs_sequential",
                                        "test_job_failure_handling",
                                        "test_job_status_progression",
                                        "test_pubsub_updates",
                                        "test_queue_persistence",
                                        "test_concurrent_job_processing",
                                        "test_empty_queue_timeout",
                                        "test_worker_health_check",
                                        "test_high_volume_processing",
                                        "test_retry_then_fail_permanently"};
  std::set<std::string> registered;
  const auto& program = *testing::UnitTest::GetInstance();
  for (int i = 0; i < program.total_test_suite_count(); ++i) {
    const auto& suite = *program.GetTestSuite(i);
    if (std::string_view(suite.name()) != "FullFlow") continue;
    for (int test = 0; test < suite.total_test_count(); ++test)
      registered.insert(suite.GetTestInfo(test)->name());
  }
  EXPECT_EQ(registered, wanted);
  EXPECT_EQ(registered.size(), 12U);
}

// So many workers, one job at a time each.
class Scaling : public FullFlow, public testing::WithParamInterface<int> {};

TEST_P(Scaling, AllJobsAreDoneOnceAndEveryWorkerDoesSome) {
  std::vector<std::unique_ptr<Worker>> workers;
  for (int i = 1; i <= GetParam(); ++i)
    workers.push_back(work("worker-" + std::to_string(i), one_at_a_time_));
  std::vector<std::unique_ptr<Hold>> holds;
  for (const auto& worker : workers)
    holds.push_back(std::make_unique<Hold>(signals_, std::to_string(worker->pid())));
  const auto ids = generate(40);
  for (const auto& held : holds)
    ASSERT_TRUE(held->is_reached());
  holds.clear();

  EXPECT_TRUE(all_complete(ids));
  expect_each_made_once(ids);
  EXPECT_TRUE(eventually([&] {
    std::int64_t all = 0;
    for (const auto& worker : workers)
      all += succeeded(*worker);
    return all == 40;
  }));
  for (const auto& worker : workers)
    EXPECT_GT(succeeded(*worker), 0) << worker->id();
}

INSTANTIATE_TEST_SUITE_P(FullFlow, Scaling, testing::Values(1, 2, 4), [](const auto& count) {
  return std::to_string(count.param) + "Workers";
});

}  // namespace
}  // namespace bot::e2e
