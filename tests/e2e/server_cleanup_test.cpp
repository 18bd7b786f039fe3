// Bots that fail in every way they can, against short limits; and a server that was asleep.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "base/time_format.hpp"
#include "client/ops/all.hpp"
#include "tests/e2e/server_botd.hpp"

namespace bot::e2e {
namespace {

class Cleanup : public testing::Test {
 protected:
  Cleanup() : account_(make_user(server_, 1)), user_(server_.user(account_.key)) {}

  pid_t only_bot() {
    std::vector<pid_t> bots;
    EXPECT_TRUE(eventually([&] {
      bots = children_of(server_.pid());
      return bots.size() == 1;
    }));
    return bots.size() == 1 ? bots[0] : -1;
  }

  // The row is failed for that reason, the process gone, the seat free.
  void expect_reaped(const std::string& native_id, const std::string& reason, pid_t bot) {
    ASSERT_TRUE(reaches(user_, native_id, "failed"));
    EXPECT_EQ(data_text(meeting(user_, native_id), "failure_reason"), reason);
    EXPECT_TRUE(eventually([&] { return !is_running(bot); }));
    EXPECT_TRUE(running_bots(user_).empty());
    start_bot(user_, "in-the-free-seat");
  }

  TempDir home_;
  Botd server_{home_ / "data",
               {.flags = {"--bot-join-delay",
                          "100ms",
                          "--bot-heartbeat-interval",
                          "200ms",
                          "--stop-grace",
                          "500ms",
                          "--cleanup-interval",
                          "100ms",
                          "--reserved-limit",
                          "4s",
                          "--starting-limit",
                          "4s",
                          "--active-limit",
                          "4s",
                          "--bot-script",
                          "mute=never-starts",
                          "--bot-script",
                          "hung=hang",
                          "--bot-script",
                          "quiet=silent",
                          "--bot-script",
                          "stubborn=ignores-leave",
                          "--bot-script",
                          "broken=exit1",
                          "--bot-script",
                          "mortal=dies"}}};
  Account account_;
  client::Client user_;
};

TEST_F(Cleanup, EndsABotThatNeverCallsBack) {
  start_bot(user_, "mute");
  const auto bot = only_bot();
  expect_reaped("mute", "stale_reserved_timeout", bot);
}

TEST_F(Cleanup, EndsABotThatHangsInTheLobby) {
  start_bot(user_, "hung");
  ASSERT_TRUE(reaches(user_, "hung", "starting"));
  const auto bot = only_bot();
  expect_reaped("hung", "stale_starting_timeout", bot);
}

TEST_F(Cleanup, EndsAnActiveBotThatFallsSilent) {
  start_bot(user_, "quiet");
  ASSERT_TRUE(reaches(user_, "quiet", "active"));
  const auto bot = only_bot();
  expect_reaped("quiet", "stale_active_timeout", bot);
}

TEST_F(Cleanup, IsNotNeededForABotThatFailsByItself) {
  start_bot(user_, "broken");
  ASSERT_TRUE(reaches(user_, "broken", "failed"));
  EXPECT_EQ(data_text(meeting(user_, "broken"), "failure_reason"), "join_meeting_error");
  start_bot(user_, "mortal");
  ASSERT_TRUE(reaches(user_, "mortal", "failed"));
  EXPECT_EQ(data_text(meeting(user_, "mortal"), "failure_reason"), "bot_exited");
  EXPECT_TRUE(eventually([&] { return children_of(server_.pid()).empty(); }));
}

TEST_F(Cleanup, LetsAHealthyBotOutliveEveryLimit) {
  start_bot(user_, "healthy");
  ASSERT_TRUE(reaches(user_, "healthy", "active"));
  // The silent one shows that a whole limit has passed since.
  const auto other = make_user(server_, 1);
  start_bot(server_.user(other.key), "quiet");
  ASSERT_TRUE(reaches(server_.user(other.key), "quiet", "failed"));
  EXPECT_EQ(meeting(user_, "healthy").status, "active");
}

TEST_F(Cleanup, KillsABotThatIgnoresItsLeaveAndCompletesItsRow) {
  start_bot(user_, "stubborn");
  ASSERT_TRUE(reaches(user_, "stubborn", "active"));
  const auto bot = only_bot();
  ASSERT_TRUE(user_.run(client::StopBot{"google_meet", "stubborn"}));
  EXPECT_EQ(meeting(user_, "stubborn").status, "stopping");
  EXPECT_TRUE(is_running(bot)) << "it has its grace time";
  ASSERT_TRUE(reaches(user_, "stubborn", "completed"));
  EXPECT_EQ(data_text(meeting(user_, "stubborn"), "completion_reason"), "stopped");
  EXPECT_TRUE(eventually([&] { return !is_running(bot); }));
}

constexpr Millis asleep_limit{1500};

// SIGSTOP, and on again after more than every limit: the time itself is what is tried here.
void let_sleep(const Botd& server) {
  server.signal(SIGSTOP);
  std::this_thread::sleep_for(2 * asleep_limit);
  server.signal(SIGCONT);
}

TEST(Asleep, AServerThatWasStoppedForLongerThanEveryLimitReapsNobody) {
  const TempDir home;
  const Botd server(home / "data",
                    {.flags = {"--bot-join-delay",
                               "700ms",
                               "--bot-start-delay",
                               "300ms",
                               "--bot-heartbeat-interval",
                               "200ms",
                               "--cleanup-interval",
                               "100ms",
                               "--reserved-limit",
                               "1500ms",
                               "--starting-limit",
                               "1500ms",
                               "--active-limit",
                               "1500ms",
                               "--stopping-limit",
                               "1500ms"}});
  const auto account = make_user(server, 3);
  const auto user = server.user(account.key);
  start_bot(user, "active");
  ASSERT_TRUE(reaches(user, "active", "active"));
  start_bot(user, "starting");
  ASSERT_TRUE(reaches(user, "starting", "starting"));
  start_bot(user, "reserved");

  let_sleep(server);

  const std::vector<std::string> ids = {"active", "starting", "reserved"};
  for (const auto& id : ids)
    EXPECT_TRUE(reaches(user, id, "active")) << id << " is " << meeting(user, id).status;
  // Heard after more than another limit of watching: they are judged again, and sound.
  const auto enough = meeting(user, "active").updated_at;
  const auto until = parse_time(running_bots(user).at(0).last_heartbeat_at.value_or(enough));
  ASSERT_TRUE(until);
  const auto later = format_time(*until + 2 * asleep_limit.count());
  EXPECT_TRUE(eventually([&] {
    const auto bots = running_bots(user);
    return bots.size() != ids.size() || std::all_of(bots.begin(), bots.end(), [&](const auto& bot) {
             return bot.last_heartbeat_at > later;
           });
  }));
  for (const auto& id : ids)
    EXPECT_EQ(meeting(user, id).status, "active") << id;
  EXPECT_EQ(children_of(server.pid()).size(), ids.size());
}

}  // namespace
}  // namespace bot::e2e
