#include "suites/probe_process.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/ids.hpp"
#include "server/store/database.hpp"
#include "tests/fakes/base/manual_clock.hpp"

namespace bot::suites {
namespace {

TEST(ProbeProcess, LooksAtARealFile) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("probe-test-" + random_hex(12) + ".db");
  const ManualClock clock;
  {
    const store::Database database({.path = path}, clock);
    const auto probe = start_probe({.program = BOTCTL_PROBE, .database_url = "sqlite:" + path});
    ASSERT_TRUE(probe) << probe.error().message;
    EXPECT_TRUE((*probe)->sees_database());
    EXPECT_FALSE((*probe)->sees_redis());
    const auto rows = (*probe)->rows_of(7);
    ASSERT_TRUE(rows) << rows.error().message;
    EXPECT_EQ(rows->meetings, 0u);
    EXPECT_TRUE(rows->broken.empty());
  }
  std::filesystem::remove(path);
}

TEST(ProbeProcess, SaysWhatItCannotReach) {
  const auto redis = start_probe({.program = BOTCTL_PROBE, .redis_url = "redis://127.0.0.1:1"});
  ASSERT_FALSE(redis);
  EXPECT_EQ(redis.error().code, Errc::unreachable);
  EXPECT_NE(redis.error().message.find("127.0.0.1:1"), std::string::npos) << redis.error().message;

  const auto file =
      start_probe({.program = BOTCTL_PROBE, .database_url = "sqlite:/absent/botd.db"});
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("/absent/botd.db"), std::string::npos)
      << file.error().message;
  const auto other = start_probe({.program = BOTCTL_PROBE, .database_url = "mysql://db"});
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("sqlite:"), std::string::npos) << other.error().message;
}

TEST(ProbeProcess, SaysThatThereIsNoSuchProgram) {
  const auto absent = start_probe({.program = "/absent/botctl-probe", .redis_url = "redis://x"});
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Errc::invalid_argument);
}

TEST(ProbeProcess, SaysThatAProgramIsNoProbe) {
  const auto silent = start_probe({.program = "/bin/true", .redis_url = "redis://x"});
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, Errc::unreachable);
}

// The environment of a process can be read by its user: botctl's keys are not for the probe.
TEST(ProbeProcess, IsNotGivenTheKeysOfBotctl) {
  const auto script = std::filesystem::temp_directory_path() / ("probe-test-" + random_hex(12));
  std::ofstream(script) << "#!/bin/sh\nprintf '{\"error\":\"key %s, redis %s\"}\\n'"
                           " \"${BOTCTL_ADMIN_KEY-none}\" \"$BOTCTL_REDIS_URL\"\n";
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  ::setenv("BOTCTL_ADMIN_KEY", "a-key-of-botctl", 1);
  const auto told = start_probe({.program = script, .redis_url = "redis://x"});
  ::unsetenv("BOTCTL_ADMIN_KEY");
  std::filesystem::remove(script);

  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().message, "key none, redis redis://x");
}

}  // namespace
}  // namespace bot::suites
