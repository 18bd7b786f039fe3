// Several botd on one PostgreSQL and one Redis, as tests/with_engines starts them.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <memory>
#include <set>
#include <string>

#include "client/ops/all.hpp"
#include "tests/e2e/dashboard.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/fakes/drivers/postgres_schema.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {
namespace {

class ReplicasTest : public testing::Test {
 protected:
  std::unique_ptr<Botd> serve(const std::string& name, const Words& more = {}) {
    const char* redis = std::getenv("BOTD_TEST_REDIS_URL");
    Words flags = {"--database-url",
                   schema_.url(),
                   "--redis-url",
                   redis == nullptr ? "" : redis,
                   "--bot-join-delay",
                   "20ms",
                   "--cleanup-interval",
                   "1s"};
    flags.insert(flags.end(), more.begin(), more.end());
    return std::make_unique<Botd>(folder_ / name, BotdOptions{.flags = flags});
  }
  std::int64_t count(const std::string& statement, const std::vector<sql::Value>& values = {}) {
    sql::PostgresConnection connection({.url = schema_.url()});
    const auto rows = connection.query(statement, values);
    return rows[0].integer(0);
  }
  std::int64_t live_rows(std::int64_t user_id) {
    return count(
        "SELECT COUNT(*) FROM meetings WHERE user_id = $1"
        " AND status IN ('reserved', 'starting', 'active')",
        {user_id});
  }
  std::set<std::string> owners() {
    sql::PostgresConnection connection({.url = schema_.url()});
    const auto rows = connection.query(
        "SELECT DISTINCT owner FROM meeting_sessions WHERE ended_at IS NULL AND owner IS NOT NULL");
    std::set<std::string> ids;
    for (const sql::Row row : rows)
      ids.insert(row.text("owner"));
    return ids;
  }
  std::vector<pid_t> bots_of(const Botd& server) { return children_of(server.pid()); }

  TempDir folder_;
  sql::PostgresSchema schema_;
};

TEST_F(ReplicasTest, TheLimitHoldsOverAllOfThem) {
  const auto one = serve("one");
  const auto two = serve("two");
  const auto account = make_user(*one, 3);
  std::vector<std::future<bool>> starts;
  for (int i = 0; i < 24; ++i) {
    starts.push_back(std::async(std::launch::async, [&, i] {
      const auto user = (i % 2 == 0 ? one : two)->user(account.key);
      return user
          .run(client::StartBot{.platform = "google_meet",
                                .native_meeting_id = "race-" + std::to_string(i)})
          .has_value();
    }));
  }
  const auto started =
      std::count_if(starts.begin(), starts.end(), [](auto& each) { return each.get(); });

  EXPECT_EQ(started, 3);
  EXPECT_EQ(live_rows(account.id), 3);
}

TEST_F(ReplicasTest, EachTellsTheNumbersOfRedisThatTheDashboardAsksFor) {
  const auto one = serve("one");
  const auto two = serve("two");
  const auto account = make_user(*one, 3);
  start_bot(one->user(account.key), "a");
  const auto told_by = [](const Botd& server) {
    http::RawClient connection(server.port());
    return connection.exchange("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")->body;
  };

  for (const auto* line : {"botd_redis_connected 1\n", "botd_replicas 2\n"}) {
    EXPECT_TRUE(eventually([&] { return told_by(*one).find(line) != std::string::npos; })) << line;
  }
  EXPECT_TRUE(eventually([&] {
    return told_by(*one).find("botd_redis_messages_total{outcome=\"published\"} 0\n") ==
           std::string::npos;
  }));
  const auto told = told_by(*one);
  for (const auto& metric : metrics_of_dashboard())
    EXPECT_TRUE(tells(told, metric)) << metric;
}

TEST_F(ReplicasTest, ABotIsCommandedAndStoppedThroughAnyOfThem) {
  const auto one = serve("one");
  const auto account = make_user(*one, 3);
  start_bot(one->user(account.key), "a");
  ASSERT_TRUE(reaches(one->user(account.key), "a", "active"));
  const auto two = serve("two");
  const auto user = two->user(account.key);

  ASSERT_TRUE(user.run(client::StopBot{"google_meet", "a"}));
  // Well before the grace of 15 s: it heard the command, which the other server has published.
  EXPECT_TRUE(reaches(user, "a", "completed", Millis{8'000}));
}

TEST_F(ReplicasTest, TheBotsOfOneThatWasKilledGoOnWithTheOthers) {
  auto one = serve("one");
  const auto account = make_user(*one, 3);
  // Launched by the only one that is there.
  for (int i = 0; i < 3; ++i)
    start_bot(one->user(account.key), std::to_string(i));
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(reaches(one->user(account.key), std::to_string(i), "active"));
  const auto orphaned = bots_of(*one);
  ASSERT_EQ(orphaned.size(), 3u);
  const auto two = serve("two");
  const auto user = two->user(account.key);
  const auto with_first = owners();
  one->crash();

  ASSERT_TRUE(eventually([&] { return owners() != with_first; }));
  EXPECT_EQ(owners().size(), 1u);
  EXPECT_EQ(live_rows(account.id), 3);
  ::kill(orphaned.front(), SIGKILL);
  // The other one notices that by itself.
  EXPECT_TRUE(eventually([&] { return live_rows(account.id) == 2; }));
  for (int i = 0; i < 3; ++i)
    (void)user.run(client::StopBot{"google_meet", std::to_string(i)});
  EXPECT_TRUE(eventually([&] { return running_bots(user).empty(); }, Millis{30'000}));
}

TEST_F(ReplicasTest, AGracefulEndHandsTheBotsOverAtOnceAndTheyGoOn) {
  const auto two = serve("two");
  auto one = serve("one", {"--on-shutdown", "leave", "--bot-orphan-timeout", "3s"});
  const auto account = make_user(*one, 8);
  const auto user = two->user(account.key);
  int bots = 0;
  ASSERT_TRUE(eventually([&] {
    if (bots < 8) start_bot(one->user(account.key), std::to_string(bots++));
    return !bots_of(*one).empty();
  })) << "the other one launched them all";
  for (int i = 0; i < bots; ++i)
    ASSERT_TRUE(reaches(user, std::to_string(i), "active"));
  const auto left = bots_of(*one);
  EXPECT_EQ(one->terminate(), 0);

  EXPECT_TRUE(eventually([&] { return two->log().find("took bots over") != std::string::npos; },
                         Millis{5'000}));
  // Longer than a bot that reaches no server would go on.
  EXPECT_FALSE(eventually([&] { return live_rows(account.id) < bots; }, Millis{5'000}));
  for (const auto pid : left)
    EXPECT_TRUE(is_running(pid));
}

TEST_F(ReplicasTest, AServerThatComesBackFindsItsOwnBots) {
  auto one = serve("one");
  const auto account = make_user(*one, 1);
  start_bot(one->user(account.key), "a");
  ASSERT_TRUE(reaches(one->user(account.key), "a", "active"));
  one->crash();
  const auto again = serve("one");

  EXPECT_NE(again->log().find("bots_adopted\":\"1\""), std::string::npos) << again->log();
  EXPECT_EQ(meeting(again->user(account.key), "a").status, "active");
}

TEST_F(ReplicasTest, TheTenSuitesPassThroughOneWhileTheOtherServesToo) {
  const auto one = serve("one", {"--bot-orphan-timeout", "10s"});
  const auto two = serve("two", {"--bot-orphan-timeout", "10s"});
  const auto outcome = run(botctl_program(),
                           {"smoke", "--server", one->url()},
                           {{"HOME", folder_.path()},
                            {"BOTCTL_ADMIN_KEY", admin_key()},
                            {"BOTCTL_DATABASE_URL", schema_.url()},
                            {"BOTCTL_REDIS_URL", std::getenv("BOTD_TEST_REDIS_URL")}});

  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  // 6.3 to 6.5 need a server that the run has started.
  EXPECT_NE(outcome.out.find(" passed, 0 failed, 3 skipped"), std::string::npos) << outcome.out;
}

}  // namespace
}  // namespace bot::e2e
