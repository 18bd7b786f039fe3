#include "server/bots/process_runtime.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/ids.hpp"
#include "server/bots/spawn.hpp"
#include "tests/fakes/base/soon.hpp"
#include "tests/fakes/bots/exits.hpp"

namespace bot::bots {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

template <typename Condition>
bool soon(Condition condition, milliseconds at_most = seconds(10)) {
  return bot::soon(condition, at_most);
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class ProcessRuntimeTest : public testing::Test {
 protected:
  ProcessRuntimeTest() {
    std::filesystem::create_directories(folder_);
    spec_.meeting_id = 42;
    spec_.session_uid = "session-42";
    spec_.container_id = "vexa-bot-42-00000000";
    spec_.platform = "zoom";
    spec_.native_meeting_id = "123456789";
    spec_.callback_secret = "only-for-this-session";
    spec_.callback_urls = {"http://127.0.0.1:8056"};
  }
  ~ProcessRuntimeTest() override {
    for (const auto& handle : started_) {
      if (const auto parsed = parse_process_handle(handle); open_process(*parsed)) {
        ::kill(parsed->pid, SIGKILL);
        ::waitpid(parsed->pid, nullptr, 0);
      }
    }
    std::filesystem::remove_all(folder_);
  }

  ProcessRuntimeOptions child(const std::string& behaviour) const {
    return {BOT_CHILD, {"botd", "bot", behaviour, facts(), facts() + "-2"}};
  }
  std::string facts() const { return folder_ / "facts"; }
  Result<std::string> start(ProcessRuntime& runtime) {
    auto handle = runtime.start(spec_, [](const std::string&) { return Status(Unit{}); });
    if (handle) started_.push_back(*handle);
    return handle;
  }
  bool is_up(const std::string& mark = "") {
    return soon([&] { return std::filesystem::exists(facts() + mark); });
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("bots-test-" + random_hex(12));
  BotSpec spec_;
  std::vector<std::string> started_;
};

TEST_F(ProcessRuntimeTest, ChildIsAloneAndKnowsOnlyItsConfiguration) {
  ::setenv("BOTD_ADMIN_KEY", "must-not-travel", 1);
  Exits exits;
  ProcessRuntime runtime(child("wait"));
  runtime.attach(exits);
  const auto handle = start(runtime);
  ASSERT_TRUE(handle) << handle.error().message;
  ASSERT_TRUE(is_up());
  const std::string seen = text_of(facts());
  EXPECT_EQ(seen.find("must-not-travel"), std::string::npos);
  EXPECT_NE(seen.find("session=own\ndescriptors=3\nBOT_CONFIG="), std::string::npos) << seen;
  EXPECT_NE(seen.find(":8056"), std::string::npos);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), '\n'), 3) << seen;
  ::unsetenv("BOTD_ADMIN_KEY");
}

TEST_F(ProcessRuntimeTest, NothingRunsBeforeTheHandleIsStored) {
  Exits exits;
  ProcessRuntime runtime(child("wait"));
  runtime.attach(exits);
  std::string handle;
  const auto started = runtime.start(spec_, [&](const std::string& offered) {
    handle = offered;
    EXPECT_TRUE(runtime.alive(handle));
    EXPECT_FALSE(std::filesystem::exists(facts()));
    return Status(Error{Errc::unavailable, "the store is away"});
  });
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::unavailable);
  EXPECT_FALSE(runtime.alive(handle));
  EXPECT_FALSE(std::filesystem::exists(facts()));
}

TEST_F(ProcessRuntimeTest, ChildEndsByItselfWhenItsParentIsGoneBeforeTheGateOpens) {
  auto spawned = spawn_gated({BOT_CHILD, {"botd", "bot", "wait", facts()}, {}});
  ASSERT_TRUE(spawned);
  spawned->gate.reset();
  int status = -1;
  ASSERT_TRUE(soon([&] { return ::waitpid(spawned->handle.pid, &status, WNOHANG) != 0; }));
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_FALSE(std::filesystem::exists(facts()));
}

TEST_F(ProcessRuntimeTest, MissingProgramIsAnError) {
  Exits exits;
  ProcessRuntime runtime({"/nonexistent/botd", {"botd", "bot"}});
  runtime.attach(exits);
  const auto started = start(runtime);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::unavailable);
}

TEST_F(ProcessRuntimeTest, ExitCodeIsNoticedAtOnce) {
  Exits exits;
  ProcessRuntime runtime(child("exit7"));
  runtime.attach(exits);
  ASSERT_TRUE(start(runtime));
  const auto seen = exits.wait(seconds(10));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->meeting_id, 42);
  EXPECT_EQ(seen->session_uid, "session-42");
  EXPECT_EQ(seen->status, (ExitStatus{7, std::nullopt}));
}

TEST_F(ProcessRuntimeTest, KillNineIsNoticedWithinASecondAndReaped) {
  Exits exits;
  ProcessRuntime runtime(child("wait"));
  runtime.attach(exits);
  const auto handle = start(runtime);
  ASSERT_TRUE(handle && is_up());
  const pid_t pid = parse_process_handle(*handle)->pid;
  ::kill(pid, SIGKILL);
  const auto seen = exits.wait(seconds(1));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->status, (ExitStatus{std::nullopt, SIGKILL}));
  EXPECT_FALSE(handle_of(pid)) << "still a zombie";
}

TEST_F(ProcessRuntimeTest, StopIsATermAndThenAKill) {
  Exits exits;
  ProcessRuntime runtime(child("stubborn"));
  runtime.attach(exits);
  const auto handle = start(runtime);
  ASSERT_TRUE(handle && is_up("-2"));
  runtime.stop(*handle, Millis{100});
  const auto seen = exits.wait(seconds(10));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->status.signal, SIGKILL);
}

TEST_F(ProcessRuntimeTest, StopIsGentleFirst) {
  Exits exits;
  ProcessRuntime runtime(child("wait"));
  runtime.attach(exits);
  const auto handle = start(runtime);
  ASSERT_TRUE(handle && is_up());
  runtime.stop(*handle, seconds(60));
  const auto seen = exits.wait(seconds(10));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->status.signal, SIGTERM);
}

TEST_F(ProcessRuntimeTest, ASurvivingBotIsAdoptedAndItsEndNoticed) {
  std::string handle;
  {
    Exits exits;
    ProcessRuntime first(child("wait"));
    first.attach(exits);
    const auto started = start(first);
    ASSERT_TRUE(started && is_up());
    handle = *started;
  }
  Exits exits;
  ProcessRuntime second(child("wait"));
  second.attach(exits);
  EXPECT_TRUE(second.alive(handle));
  ASSERT_TRUE(second.adopt(43, "session-43", handle));
  EXPECT_FALSE(exits.wait(milliseconds(20)));
  second.kill(handle);
  const auto seen = exits.wait(seconds(1));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->session_uid, "session-43");
}

TEST_F(ProcessRuntimeTest, ADeadBotIsNotAdopted) {
  Exits exits;
  ProcessRuntime runtime(child("exit7"));
  runtime.attach(exits);
  const auto handle = start(runtime);
  ASSERT_TRUE(handle && exits.wait(seconds(10)));
  EXPECT_FALSE(runtime.alive(*handle));
  EXPECT_FALSE(runtime.adopt(42, "session-42", *handle));
}

TEST_F(ProcessRuntimeTest, AnotherProcessWithThatNumberIsLeftAlone) {
  Exits exits;
  ProcessRuntime runtime(child("wait"));
  runtime.attach(exits);
  const auto handle = start(runtime);
  ASSERT_TRUE(handle && is_up());
  auto other = *parse_process_handle(*handle);
  other.start_time += 1;
  EXPECT_FALSE(runtime.alive(to_string(other)));
  EXPECT_FALSE(runtime.adopt(1, "x", to_string(other)));
  runtime.kill(to_string(other));
  other.start_time -= 1;
  other.boot_id = "00000000-0000-0000-0000-000000000000";
  runtime.kill(to_string(other));
  EXPECT_FALSE(exits.wait(milliseconds(50)));
  EXPECT_TRUE(runtime.alive(*handle));
}

TEST(ProcessHandle, RefusesWhatCouldNameMoreThanOneProcess) {
  for (const auto* text :
       {"", "1:5:b", "0:5:b", "-1:5:b", "12:5", "12:5:", "x:5:b", "99999999999:5:b"}) {
    EXPECT_FALSE(parse_process_handle(text)) << text;
  }
  const auto own = handle_of(::getpid());
  ASSERT_TRUE(own);
  EXPECT_EQ(parse_process_handle(to_string(*own)), own);
}

}  // namespace
}  // namespace bot::bots
