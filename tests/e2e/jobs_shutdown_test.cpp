// A server that ends while its own worker is at a job: what becomes of the job, and what Redis
// shows of it afterwards.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>

#include "drivers/sqlite/connection.hpp"
#include "tests/e2e/jobs_service.hpp"

namespace bot::e2e {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

class JobsShutdown : public testing::Test {
 protected:
  JobsShutdown() {
    std::filesystem::create_directory(signals_);
    EXPECT_TRUE(eventually([this] { return !redis({"PING"}).is_nil(); }));
    start();
  }

  void start() {
    server_.reset();
    const Words flags = {"--runtime", "simulated", "--redis-url", redis_.url()};
    const Variables variables = {{"BOTD_TEST_SIGNALS", signals_}};
    server_ = std::make_unique<Botd>(folder_ / "server",
                                     BotdOptions{.flags = flags, .variables = variables});
  }
  Hold hold() const { return {signals_, std::to_string(server_->pid())}; }
  std::string add_job() const {
    const auto answer = Api(server_->port()).post("/api/accounts", {{"count", 2}});
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer.status == 201 ? answer.body.at("job").at("id").get<std::string>() : "";
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
  std::string shown(const std::string& id) const {
    return redis({"GET", "botrix:jobs:status:" + id}).text;
  }

  TempDir folder_;
  const std::string signals_ = folder_ / "signals";
  OwnRedis redis_{folder_.path()};
  std::unique_ptr<Botd> server_;
};

TEST_F(JobsShutdown, WaitsForTheJobThatRunsAndRedisShowsItsEnd) {
  const auto held = hold();
  const auto id = add_job();
  ASSERT_TRUE(held.is_reached());
  ASSERT_TRUE(eventually([&] { return shown(id) == "running"; }));
  server_->signal(SIGTERM);
  ASSERT_TRUE(eventually([&] { return server_->log().find("stopping") != std::string::npos; }));
  held.release();

  EXPECT_EQ(server_->wait(), 0) << server_->log();
  EXPECT_EQ(shown(id), "completed");
  EXPECT_EQ(redis({"SISMEMBER", "botrix:jobs:processing", id}).integer, 0);
}

TEST_F(JobsShutdown, GivesAJobThatDoesNotComeBackToTheNextServer) {
  const auto held = hold();
  const auto id = add_job();
  ASSERT_TRUE(held.is_reached());

  const auto since = steady_clock::now();
  EXPECT_EQ(server_->terminate(), 0) << server_->log();
  // Five seconds for work in progress, far from the last resort after 40.
  EXPECT_LT(steady_clock::now() - since, seconds{20});
  EXPECT_NE(server_->log().find("work in progress goes on after the next start"),
            std::string::npos);
  EXPECT_EQ(shown(id), "pending");
  {
    sql::SqliteConnection database({.path = server_->data_dir() + "/botd.db"});
    const auto rows =
        database.query("SELECT status, attempts FROM queue_items WHERE lane = 'jobs'");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].text("status"), "ready");
    EXPECT_EQ(rows[0].integer("attempts"), 0);
  }
  held.release();
  start();

  EXPECT_TRUE(eventually([&] {
    return Api(server_->port()).get("/api/jobs/" + id).body.value("status", "") == "completed";
  }));
}

}  // namespace
}  // namespace bot::e2e
