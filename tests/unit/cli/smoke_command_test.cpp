#include "cli/commands/smoke_reports.hpp"

#include <gtest/gtest.h>

#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

TEST(Smoke, ListsChecksWithoutAServerOrAKey) {
  Program program;
  program.environment.erase("BOTCTL_ADMIN_KEY");

  const auto all = program.run({"smoke", "--list", "-o", "json"});
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_GE(all.json().size(), 20U);
  EXPECT_EQ(all.json()[0]["id"], "1.1");

  const auto one = program.run({"smoke", "--list", "--check", "2.3", "-o", "id"});
  EXPECT_NE(one.out.find("2.3\n"), std::string::npos);
  EXPECT_TRUE(program.server().sent().empty());
}

TEST(Smoke, ExitsFiveWhenNothingIsSelected) {
  Program program;

  EXPECT_EQ(program.run({"smoke", "--check", "99.*"}).code, 5);
  EXPECT_EQ(program.run({"smoke", "--list", "--check", "99.*"}).code, 5);
}

TEST(Smoke, NeedsTheAdminKey) {
  Program program;
  program.environment.erase("BOTCTL_ADMIN_KEY");

  const auto ran = program.run({"smoke"});

  EXPECT_EQ(ran.code, 4);
  EXPECT_NE(ran.err.find("BOTCTL_ADMIN_KEY"), std::string::npos);
}

TEST(Smoke, RefusesWrongOptionsBeforeItRuns) {
  Program program;
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--report", "poem"},
                                                {"--report", "json:/dev/null/x/y"},
                                                {"--timeout-scale", "0"},
                                                {"--timeout-scale", "fast"},
                                                {"--race-size", "2"},
                                                {"--repeat", "0"}}) {
    auto line = words;
    line.insert(line.begin(), "smoke");
    EXPECT_EQ(program.run(line).code, 2) << words[1];
  }
}

// The folder that a report without a file does not need may be read-only.
TEST(Smoke, NeedsNoFolderForAReportOnStandardOutput) {
  EXPECT_TRUE(SmokeReports::open({"markdown"}));
  const auto nowhere = SmokeReports::open({"markdown:"});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().message, "--report: '' cannot be written");
}

TEST(Smoke, TakesAProjectsDefaults) {
  Program program;
  program.write("work/.botctl.toml", "[smoke]\ncheck = [\"1.1\"]\n");

  EXPECT_EQ(program.run({"smoke", "--list", "-o", "id"}).out, "1.1\n");
  EXPECT_EQ(program.run({"smoke", "--list", "-o", "id", "--check", "99"}).code, 5);
}

TEST(Smoke, TakesNoServerOrKeyFromItsDefaults) {
  for (const std::string name : {"server", "context", "admin-key-file", "api-key-file"}) {
    Program program;
    program.write(".config/botctl/config.toml", "[smoke]\n" + name + " = \"x\"\n");

    const auto ran = program.run({"smoke", "--list"});
    EXPECT_EQ(ran.code, 2) << name;
    EXPECT_NE(ran.err.find("[contexts.NAME]"), std::string::npos) << ran.err;
  }
}

TEST(Smoke, SaysWhatIsMissingToStartAServer) {
  Program program;

  const auto ran = program.run({"smoke", "--spawn-server", "--botd", "/nowhere/botd"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("--botd"), std::string::npos) << ran.err;
}

TEST(Smoke, RefusesAnUnknownDefault) {
  Program program;
  program.write(".config/botctl/config.toml", "[smoke]\nchekc = \"1.1\"\n");

  EXPECT_EQ(program.run({"smoke", "--list"}).code, 2);
}

}  // namespace
}  // namespace bot::cli
