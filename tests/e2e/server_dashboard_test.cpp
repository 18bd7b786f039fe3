// The dashboard in deploy/ and the table in docs/ show what /metrics tells.
#include <gtest/gtest.h>

#include "client/ops/stop_bot.hpp"
#include "tests/e2e/dashboard.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {
namespace {

std::string metrics_of(const Botd& server) {
  http::RawClient connection(server.port());
  const auto told = connection.exchange("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(told->status, 200);
  return told->body;
}

class Dashboard : public testing::Test {
 protected:
  const TempDir home_;
  const Botd server_{home_ / "data", {.flags = {"--bot-join-delay", "10ms"}}};
};

TEST_F(Dashboard, AsksForMetricsThatThereAre) {
  const auto account = make_user(server_, 1);
  const auto told = metrics_of(server_);
  const auto asked = metrics_of_dashboard();
  EXPECT_GE(asked.size(), 30u);
  for (const auto& metric : asked) {
    if (is_of_redis(metric)) continue;
    EXPECT_TRUE(tells(told, metric)) << metric;
  }
}

TEST_F(Dashboard, AndTheDocumentationNameEveryFamilyAndNoOther) {
  const auto account = make_user(server_, 1);
  auto families = families_in(metrics_of(server_));
  families.erase("process_start_time_seconds");
  const auto documented = metrics_in(read_file("docs/observability.md"));
  for (const auto& family : families)
    EXPECT_TRUE(documented.contains(family)) << family << " is not in docs/observability.md";
  for (const auto& name : documented) {
    EXPECT_TRUE(families.contains(name) || is_of_redis(name)) << name << " is told by no server";
  }
}

TEST_F(Dashboard, CountsWhatHappens) {
  const auto account = make_user(server_, 1);
  const auto user = server_.user(account.key);
  start_bot(user, "a");
  ASSERT_TRUE(reaches(user, "a", "active"));
  EXPECT_FALSE(user.run(client::StopBot{"zoom", "nowhere"}));
  ASSERT_TRUE(user.run(client::StopBot{"google_meet", "a"}));
  ASSERT_TRUE(reaches(user, "a", "completed"));

  const auto has = [this](const std::string& line) {
    return eventually([&] { return metrics_of(server_).find(line) != std::string::npos; });
  };
  EXPECT_TRUE(has("botd_state_changes_total{to=\"reserved\"} 1\n"));
  EXPECT_TRUE(has("botd_state_changes_total{to=\"active\"} 1\n"));
  EXPECT_TRUE(has("botd_state_changes_total{to=\"completed\"} 1\n"));
  EXPECT_TRUE(has("botd_commands_total{outcome=\"sent\"} 1\n"));
  EXPECT_TRUE(has("botd_commands_total{outcome=\"delivered\"} 1\n"));
  EXPECT_TRUE(has("botd_commands_total{outcome=\"acknowledged\"} 1\n"));
  EXPECT_TRUE(has("botd_commands_total{outcome=\"expired\"} 0\n"));
  EXPECT_TRUE(has("botd_queue_verdicts_total{lane=\"bot.launch\",verdict=\"done\"} 1\n"));
  EXPECT_TRUE(has("botd_seats_taken 0\n"));
  EXPECT_TRUE(has("botd_bots_reaped_total{reason=\"bot_exited\"} 0\n"));
}

}  // namespace
}  // namespace bot::e2e
