#include "server/bots/bot_process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "server/bots/callback_link.hpp"
#include "server/bots/spawn.hpp"
#include "tests/fakes/bots/callback_server.hpp"

namespace bot::bots {
namespace {

using Verdict = CallbackLink::Verdict;

// A real bot process against a server that records its callbacks.
class BotProcessTest : public testing::Test {
 protected:
  BotProcessTest() {
    spec_.meeting_id = 1;
    spec_.session_uid = "session-1";
    spec_.container_id = "vexa-bot-1-00000000";
    spec_.platform = "zoom";
    spec_.native_meeting_id = "123456789";
    spec_.callback_secret = "s3cret";
    spec_.callback_urls = {server_.origin()};
    spec_.clocks.join_delay = Millis{20};
    spec_.clocks.heartbeat_interval = Millis{50};
    spec_.clocks.segment_interval = Millis{50};
    spec_.clocks.leave_delay = Millis{1};
    spec_.clocks.orphan_timeout = Millis{20'000};
  }
  ~BotProcessTest() override {
    if (!child_ || reaped_) return;
    ::kill(child_->handle.pid, SIGKILL);
    ::waitpid(child_->handle.pid, nullptr, 0);
  }

  void start() {
    auto spawned = spawn_gated(
        {BOT_CHILD, {"botd", "bot", "real"}, {"BOT_CONFIG=" + encode_bot_config(spec_)}});
    ASSERT_TRUE(spawned);
    child_.emplace(*std::move(spawned));
    ASSERT_TRUE(open_gate(*child_));
  }
  // Its exit code, -1 when it does not end in time.
  int exit_code() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    int status = 0;
    while (::waitpid(child_->handle.pid, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > deadline) return -1;
      std::this_thread::sleep_for(Millis{5});
    }
    reaped_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
  }

  CallbackServer server_;
  BotSpec spec_;
  std::optional<GatedChild> child_;
  bool reaped_ = false;
};

TEST_F(BotProcessTest, JoinsSpeaksObeysAndLeaves) {
  start();
  ASSERT_TRUE(server_.wait_for("status_change", "active"));
  EXPECT_EQ(server_.statuses(),
            (std::vector<std::string>{"joining", "awaiting_admission", "active"}));
  ASSERT_TRUE(server_.wait_for("heartbeat", ""));
  ASSERT_TRUE(server_.wait_for("segments", "\"language\":\"en\""));
  server_.command(R"({"id":1,"meeting_id":1,"session_uid":"session-1","action":"reconfigure",)"
                  R"("payload":{"action":"reconfigure","language":"fr"},"status":"sent",)"
                  R"("created_at":"2026-01-01T00:00:00.000Z"})");
  ASSERT_TRUE(server_.wait_for("command_ack", "\"language\":\"fr\""));
  ASSERT_TRUE(server_.wait_for("segments", "\"language\":\"fr\""));
  server_.command(R"({"id":2,"meeting_id":1,"session_uid":"session-1","action":"leave",)"
                  R"("payload":{"action":"leave"},"status":"sent",)"
                  R"("created_at":"2026-01-01T00:00:00.000Z"})");
  ASSERT_TRUE(server_.wait_for("exited", "\"exit_code\":0"));
  server_.close_session();
  EXPECT_EQ(exit_code(), 0);
}

TEST_F(BotProcessTest, ReportsASignalAndEndsWith143) {
  start();
  ASSERT_TRUE(server_.wait_for("status_change", "active"));
  ::kill(child_->handle.pid, SIGTERM);
  ASSERT_TRUE(server_.wait_for("exited", "signal_sigterm"));
  EXPECT_EQ(exit_code(), 143);
}

TEST_F(BotProcessTest, LeavesASessionThatIsNotKnown) {
  server_.close_session();
  start();
  EXPECT_EQ(exit_code(), 0);
}

TEST_F(BotProcessTest, LeavesWhenNoServerAnswersForSoLong) {
  spec_.clocks.orphan_timeout = Millis{300};
  spec_.callback_urls = {"http://127.0.0.1:1"};
  start();
  EXPECT_EQ(exit_code(), 0);
}

TEST_F(BotProcessTest, TriesEveryServer) {
  spec_.callback_urls = {"http://127.0.0.1:1", server_.origin()};
  start();
  EXPECT_TRUE(server_.wait_for("status_change", "active"));
}

TEST_F(BotProcessTest, DiesWithoutAWordWhenItsScriptSaysSo) {
  spec_.script = Script::dies;
  start();
  EXPECT_EQ(exit_code(), 1);
  EXPECT_EQ(server_.statuses().back(), "active");
  EXPECT_FALSE(server_.has("exited"));
}

TEST_F(BotProcessTest, NeverStartsNeverCallsBack) {
  spec_.script = Script::never_starts;
  spec_.clocks.orphan_timeout = Millis{200};
  spec_.callback_urls = {"http://127.0.0.1:1"};
  start();
  EXPECT_EQ(exit_code(), 0);
}

TEST(CallbackAnswer, MeansWhatItSays) {
  EXPECT_EQ(judge_answer(200, "{}"), Verdict::accepted);
  EXPECT_EQ(judge_answer(401, ""), Verdict::over);
  EXPECT_EQ(judge_answer(404, ""), Verdict::over);
  EXPECT_EQ(judge_answer(409, R"({"detail":{"from":"completed"}})"), Verdict::over);
  EXPECT_EQ(judge_answer(409, R"({"from":"failed"})"), Verdict::over);
  EXPECT_EQ(judge_answer(409, R"({"detail":"This session has ended"})"), Verdict::over);
  EXPECT_EQ(judge_answer(409, R"({"detail":{"from":"stopping","to":"active"}})"), Verdict::refused);
  EXPECT_EQ(judge_answer(422, ""), Verdict::refused);
  EXPECT_EQ(judge_answer(503, ""), Verdict::no_answer);
  EXPECT_EQ(judge_answer(429, ""), Verdict::no_answer);
}

}  // namespace
}  // namespace bot::bots
