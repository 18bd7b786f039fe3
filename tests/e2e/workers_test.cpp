// botd worker beside botd serve, on the PostgreSQL that tests/with_engines starts and a Redis of
// each test's own, because the keys there are the same for everybody.
#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <string>

#include "client/http/curl_transport.hpp"
#include "client/types/json.hpp"
#include "drivers/postgres/connection.hpp"
#include "drivers/redis/connection.hpp"
#include "tests/e2e/own_redis.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/fakes/drivers/postgres_schema.hpp"

namespace bot::e2e {
namespace {

using types::Json;

class WorkersTest : public testing::Test {
 protected:
  WorkersTest() {
    EXPECT_TRUE(eventually([this] { return !redis({"PING"}).is_nil(); }));
    server_ = std::make_unique<Botd>(folder_ / "server",
                                     BotdOptions{.flags = {"--runtime",
                                                           "simulated",
                                                           "--no-embedded-worker",
                                                           "--database-url",
                                                           schema_.url(),
                                                           "--redis-url",
                                                           redis_.url()}});
  }

  Words flags(const std::string& id, const Words& more = {}) const {
    Words words = {"--worker-id",
                   id,
                   "--database-url",
                   schema_.url(),
                   "--redis-url",
                   redis_.url(),
                   "--health-check-interval",
                   "1"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  std::unique_ptr<BotdWorker> work(const std::string& id, const Words& more = {}) {
    auto worker = std::make_unique<BotdWorker>(folder_ / (id + "." + std::to_string(++runs_)),
                                               flags(id, more));
    EXPECT_TRUE(eventually([&] { return !health(id).is_null(); })) << worker->log();
    return worker;
  }
  Outcome health_command(const std::string& id) const {
    return run(botd_program(), {"health", "--worker-id", id, "--database-url", schema_.url()});
  }

  // nil while it is away.
  redis::Reply redis(const redis::Command& command) const {
    try {
      redis::Connection connection({.address = redis::parse_url(redis_.url()).value()});
      return connection.run(command);
    } catch (const Fault&) {
      return {};
    }
  }
  Json health(const std::string& id) const {
    const auto text = redis({"GET", "botrix:worker:health:" + id}).text;
    return text.empty() ? Json() : Json::parse(text);
  }

  Json call(const std::string& method, const std::string& target, const std::string& body = "") {
    client::Headers headers = {{"X-Admin-API-Key", admin_key()}};
    if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
    const auto answer = client::make_curl_transport(server_->url())
                            ->send({method, target, headers, body}, Millis{10'000});
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
    return answer ? Json::parse(answer->body, nullptr, false) : Json();
  }
  // A job that makes so many accounts.
  std::string job(int count) {
    return call("POST", "/api/accounts", R"({"count":)" + std::to_string(count) + "}")["job"]["id"]
        .get<std::string>();
  }
  std::string status(const std::string& job) {
    return call("GET", "/api/jobs/" + job)["status"].get<std::string>();
  }
  bool becomes(const std::string& job,
               const std::string& wanted,
               Millis patience = usual_patience) {
    return eventually([&] { return status(job) == wanted; }, patience);
  }
  std::string worker_status(const std::string& id) {
    return call("GET", "/admin/workers/" + id).value("status", "");
  }
  std::int64_t count(const std::string& statement) {
    sql::PostgresConnection connection({.url = schema_.url()});
    const auto rows = connection.query(statement);
    return rows[0].integer(std::size_t{0});
  }
  std::int64_t accounts() { return count("SELECT COUNT(*) FROM accounts"); }

  TempDir folder_;
  OwnRedis redis_{folder_.path()};
  sql::PostgresSchema schema_;
  int runs_ = 0;
  std::unique_ptr<Botd> server_;
};

// While it is there, nobody can make an account.
class Obstacle {
 public:
  explicit Obstacle(const std::string& url) : connection_({.url = url}) {
    connection_.query("BEGIN");
    connection_.query("LOCK TABLE accounts IN EXCLUSIVE MODE");
  }
  Obstacle(const Obstacle&) = delete;
  Obstacle& operator=(const Obstacle&) = delete;
  ~Obstacle() { connection_.query("ROLLBACK"); }

 private:
  sql::PostgresConnection connection_;
};

TEST_F(WorkersTest, AnIdleWorkerGoesOnShowingThatItLives) {
  const auto worker = work("worker-1");
  const auto first = health("worker-1");

  // Longer than two intervals.
  ASSERT_TRUE(eventually([&] {
    const auto now = health("worker-1");
    return !now.is_null() && now["uptime_seconds"] >= first["uptime_seconds"].get<int>() + 3;
  }));
  EXPECT_EQ(health("worker-1")["status"], "running");
  const auto left = redis({"TTL", "botrix:worker:health:worker-1"}).integer;
  EXPECT_GE(left, 0);
  EXPECT_LE(left, 2);
}

TEST_F(WorkersTest, AnIdleWorkerHearsOfAJobAtOnce) {
  const auto worker = work("worker-1");
  ASSERT_TRUE(becomes(job(1), "completed"));

  // It looks by itself every five seconds only.
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(becomes(job(1), "completed", Millis{2500}));
}

TEST_F(WorkersTest, WhatAKilledWorkerHeldIsDoneOnceWhenItStartsAgain) {
  auto worker = work("worker-1");
  std::string held;
  {
    const Obstacle obstacle(schema_.url());
    held = job(3);
    ASSERT_TRUE(becomes(held, "running"));
    worker->crash();
  }

  worker = work("worker-1");

  // Long before the lease runs out.
  EXPECT_TRUE(becomes(held, "completed"));
  EXPECT_EQ(accounts(), 3);
}

TEST_F(WorkersTest, AShutdownWaitsForTheJobThatRuns) {
  const auto worker = work("worker-1");
  std::string held;
  {
    const Obstacle obstacle(schema_.url());
    held = job(2);
    ASSERT_TRUE(becomes(held, "running"));
    worker->signal(SIGTERM);
    EXPECT_TRUE(eventually([&] { return worker_status("worker-1") == "stopping"; }));
  }

  EXPECT_EQ(worker->wait(), 0);
  EXPECT_EQ(status(held), "completed");
  EXPECT_TRUE(health("worker-1").is_null());
  EXPECT_EQ(worker_status("worker-1"), "stopped");
}

TEST_F(WorkersTest, AShutdownThatTakesTooLongReturnsTheJobUnspent) {
  const auto worker = work("worker-1", {"--shutdown-grace", "300ms"});
  std::string held;
  {
    const Obstacle obstacle(schema_.url());
    held = job(2);
    ASSERT_TRUE(becomes(held, "running"));
    EXPECT_EQ(worker->terminate(), 0);
    EXPECT_EQ(status(held), "pending");
    EXPECT_EQ(count("SELECT attempts FROM queue_items WHERE lane = 'jobs'"), 0);
    EXPECT_TRUE(health("worker-1").is_null());
  }

  const auto other = work("worker-2");
  EXPECT_TRUE(becomes(held, "completed"));
  EXPECT_EQ(accounts(), 2);
}

TEST_F(WorkersTest, AQuietWorkerTakesNothingUntilItIsResumed) {
  const auto worker = work("worker-1");
  EXPECT_EQ(call("POST", "/admin/workers/worker-1/quiet")["worker_id"], "worker-1");
  ASSERT_TRUE(eventually([&] { return worker_status("worker-1") == "quiet"; }));
  const auto waiting = job(1);
  EXPECT_EQ(health("worker-1")["status"], "quiet");
  EXPECT_EQ(call("GET", "/ready")["parts"]["workers"], "nobody works on jobs");
  EXPECT_EQ(status(waiting), "pending");

  call("POST", "/admin/workers/worker-1/resume");
  EXPECT_TRUE(becomes(waiting, "completed"));

  worker->signal(SIGTSTP);
  EXPECT_TRUE(eventually([&] { return worker_status("worker-1") == "quiet"; }));
}

TEST_F(WorkersTest, SigtstpIsUndoneByAResumeAndFollowedBySigterm) {
  const auto worker = work("worker-1");
  worker->signal(SIGTSTP);
  ASSERT_TRUE(eventually([&] { return worker_status("worker-1") == "quiet"; }));
  const auto waiting = job(1);
  const auto since = health("worker-1")["uptime_seconds"].get<int>();
  ASSERT_TRUE(eventually([&] { return health("worker-1")["uptime_seconds"] >= since + 2; }));
  EXPECT_EQ(status(waiting), "pending");
  call("POST", "/admin/workers/worker-1/resume");
  EXPECT_TRUE(becomes(waiting, "completed"));

  worker->signal(SIGTSTP);
  ASSERT_TRUE(eventually([&] { return worker_status("worker-1") == "quiet"; }));
  const auto left = job(1);
  EXPECT_EQ(worker->terminate(), 0);
  EXPECT_EQ(worker_status("worker-1"), "stopped");
  EXPECT_EQ(status(left), "pending");
}

TEST_F(WorkersTest, AnAdministratorEndsAWorker) {
  const auto worker = work("worker-1");

  call("POST", "/admin/workers/worker-1/stop");

  EXPECT_EQ(worker->wait(), 0);
  EXPECT_EQ(worker_status("worker-1"), "stopped");
}

TEST_F(WorkersTest, AFlushedRedisIsPaintedAgain) {
  const auto worker = work("worker-1");
  ASSERT_TRUE(becomes(job(1), "completed"));
  call("POST", "/admin/queue/jobs/pause");
  const auto waiting = job(1);
  ASSERT_TRUE(eventually([&] { return redis({"LLEN", "botrix:jobs:queue"}).integer == 1; }));

  redis({"FLUSHALL"});

  EXPECT_TRUE(eventually([&] { return redis({"LLEN", "botrix:jobs:queue"}).integer == 1; }));
  EXPECT_TRUE(eventually([&] {
    return redis({"GET", "botrix:jobs:status:" + waiting}).text == "pending";
  }));
  EXPECT_TRUE(eventually([&] { return !health("worker-1").is_null(); }));
  call("POST", "/admin/queue/jobs/resume");
  EXPECT_TRUE(becomes(waiting, "completed"));
}

TEST_F(WorkersTest, ARedisThatIsAwayCostsTheMirrorOnly) {
  const auto worker = work("worker-1");
  redis_.stop();

  EXPECT_TRUE(becomes(job(2), "completed"));
  EXPECT_EQ(health_command("worker-1").code, 0);
}

TEST_F(WorkersTest, TheHealthCommandFailsWhenItShould) {
  const auto worker = work("worker-1");
  const auto well = health_command("worker-1");
  EXPECT_EQ(well.code, 0) << well.err;
  EXPECT_EQ(well.out, "worker worker-1: running\n");
  const Words by_redis = {"health", "--worker-id", "worker-1", "--redis-url", redis_.url()};
  EXPECT_EQ(run(botd_program(), by_redis).code, 0);
  EXPECT_EQ(health_command("nobody").code, 1);
  EXPECT_EQ(run(botd_program(), {"health", "--url", server_->url()}).code, 0);
  EXPECT_EQ(run(botd_program(), {"health", "--data-dir", server_->data_dir()}).code, 0);
  EXPECT_EQ(run(botd_program(), {"health", "--data-dir", folder_ / "nothing"}).code, 1);
  EXPECT_EQ(run(botd_program(), {"health", "--worker-id", "worker-1"}).code, 2);

  worker->crash();

  EXPECT_TRUE(eventually([&] { return health_command("worker-1").code == 1; }));
  EXPECT_TRUE(eventually([&] { return run(botd_program(), by_redis).code == 1; }));
  EXPECT_TRUE(eventually([&] { return worker_status("worker-1") == "lost"; }));
}

TEST_F(WorkersTest, IsRefusedWhereItWouldDoHarm) {
  const auto worker = work("worker-1");

  const auto twice = run(botd_program(), [&] {
    auto words = flags("worker-1");
    words.insert(words.begin(), "worker");
    return words;
  }());
  EXPECT_EQ(twice.code, 6);
  EXPECT_NE(twice.err.find("a worker worker-1 is running on this machine"), std::string::npos);

  EXPECT_EQ(run(botd_program(), {"worker", "--worker-id", "worker-2"}).code, 2);

  redis({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
  const auto evicting = run(botd_program(), [&] {
    auto words = flags("worker-2");
    words.insert(words.begin(), "worker");
    return words;
  }());
  EXPECT_EQ(evicting.code, 2);
  EXPECT_NE(evicting.err.find("allkeys-lru"), std::string::npos);
}

}  // namespace
}  // namespace bot::e2e
