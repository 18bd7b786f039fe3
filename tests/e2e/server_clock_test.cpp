// Somebody sets the machine's clock while bots are in meetings.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>

#include "base/clock.hpp"
#include "base/time_format.hpp"
#include "tests/e2e/server_botd.hpp"

namespace bot::e2e {
namespace {

constexpr Millis limit{4000};
constexpr std::chrono::hours hour{1};

// A botd whose wall clock is the machine's and an offset. Its bots have the machine's own.
class SteppedClock : public testing::Test {
 protected:
  SteppedClock() : account_(make_user(server_, 3)), user_(server_.user(account_.key)) {}

  static const std::string& begin_with(const std::string& clock_file) {
    write_file(clock_file, "+0");
    return clock_file;
  }

  void set_clock(std::chrono::seconds offset) {
    const auto next = home_ / "next";
    write_file(next, (offset.count() < 0 ? "" : "+") + std::to_string(offset.count()));
    std::filesystem::rename(next, clock_file_);
    offset_ = offset;
  }

  // Every bot is heard, by the clock as it is set now, after more than two more limits.
  bool all_are_heard_beyond_every_limit(std::size_t bots) {
    const SystemClock machine;
    const auto now = machine.now_ms() + Millis(offset_).count();
    const auto from = format_time(now + 2 * limit.count());
    const auto until = format_time(now + Millis(std::chrono::minutes{10}).count());
    return eventually([&] {
      const auto running = running_bots(user_);
      return running.size() == bots && std::all_of(running.begin(), running.end(), [&](auto& bot) {
               return bot.last_heartbeat_at > from && bot.last_heartbeat_at < until;
             });
    });
  }

  TempDir home_;
  const std::string clock_file_ = begin_with(home_ / "clock");
  std::chrono::seconds offset_{0};
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
                          "--stopping-limit",
                          "4s"},
                .variables = {{"LD_PRELOAD", BOT_FAKETIME_LIBRARY},
                              {"FAKETIME_TIMESTAMP_FILE", clock_file_},
                              {"FAKETIME_NO_CACHE", "1"},
                              {"FAKETIME_DONT_FAKE_MONOTONIC", "1"}}}};
  Account account_;
  client::Client user_;
};

TEST_F(SteppedClock, AnHourForwardAndBackReapsNobody) {
  const std::vector<std::string> ids = {"a", "b"};
  for (const auto& id : ids) {
    start_bot(user_, id);
    ASSERT_TRUE(reaches(user_, id, "active"));
  }
  const auto bots = children_of(server_.pid());

  for (const auto offset : {hour, 0 * hour, -hour}) {
    set_clock(offset);
    EXPECT_TRUE(all_are_heard_beyond_every_limit(ids.size())) << "at " << offset.count() << " h";
  }

  for (const auto& id : ids)
    EXPECT_EQ(meeting(user_, id).status, "active") << id;
  EXPECT_EQ(children_of(server_.pid()), bots);
}

TEST_F(SteppedClock, AfterABackwardStepABotThatFallsSilentIsStillReaped) {
  start_bot(user_, "silent");
  ASSERT_TRUE(reaches(user_, "silent", "active"));
  const auto bots = children_of(server_.pid());
  ASSERT_EQ(bots.size(), 1U);
  start_bot(user_, "sound");
  ASSERT_TRUE(reaches(user_, "sound", "active"));

  set_clock(-hour);
  ::kill(bots[0], SIGSTOP);

  ASSERT_TRUE(reaches(user_, "silent", "failed"));
  EXPECT_EQ(data_text(meeting(user_, "silent"), "failure_reason"), "stale_active_timeout");
  EXPECT_TRUE(eventually([&] { return !is_running(bots[0]); }));
  EXPECT_TRUE(all_are_heard_beyond_every_limit(1));
  EXPECT_EQ(meeting(user_, "sound").status, "active");
}

}  // namespace
}  // namespace bot::e2e
