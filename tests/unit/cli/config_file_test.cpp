#include "cli/config_file.hpp"

#include <gtest/gtest.h>

#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

TEST(ConfigFile, IsEmptyWhereThereIsNone) {
  const auto config = read_config("/nowhere/config.toml", "/home/ada");

  ASSERT_TRUE(config.has_value());
  EXPECT_TRUE(config->contexts.empty());
}

TEST(ConfigFile, ReadsContextsWithTheirKeys) {
  const Program program;
  program.write("c.toml",
                "schema = 1\ncurrent-context = \"a\"\n"
                "[contexts.a]\nserver = \"https://a\"\napi-key-file = \"~/a.key\"\n"
                "admin-key-command = [\"pass\", \"show\", \"a\"]\n"
                "[contexts.b]\nserver = \"https://b\"\nadmin-key-file = \"b.key\"\n"
                "[smoke]\nsuite = [\"1\", \"2\"]\nrepeat = 3\n");

  const auto config = read_config(program.path("c.toml"), "/home/ada");

  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_TRUE(config->warnings.empty());
  EXPECT_EQ(config->current_context, "a");
  const auto& a = config->contexts.at("a");
  EXPECT_EQ(a.api_key.file, "/home/ada/a.key");
  EXPECT_EQ(a.admin_key.command, (std::vector<std::string>{"pass", "show", "a"}));
  EXPECT_EQ(config->contexts.at("b").admin_key.file, program.path("b.key"));
  EXPECT_EQ(config->smoke.at("suite"), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(config->smoke.at("repeat"), std::vector<std::string>{"3"});
}

TEST(ConfigFile, RefusesAKeyFileBesideAKeyCommand) {
  const Program program;
  program.write("c.toml",
                "[contexts.a]\nserver = \"https://a\"\n"
                "api-key-file = \"k\"\napi-key-command = [\"k\"]\n");

  EXPECT_FALSE(read_config(program.path("c.toml"), "/").has_value());
}

TEST(ConfigFile, RefusesTypesThatItCannotUse) {
  const Program program;
  for (const auto* text : {"contexts = 1",
                           "[contexts]\na = 1",
                           "[contexts.a]\nserver = 1",
                           "[contexts.a]\nserver = 'x'\napi-key-command = 'pass show x'",
                           "[defaults]\noutput = {a = 1}",
                           "current-context = 1"}) {
    program.write("c.toml", text);
    const auto config = read_config(program.path("c.toml"), "/");
    ASSERT_FALSE(config.has_value()) << text;
    EXPECT_NE(config.error().message.find("line "), std::string::npos) << config.error().message;
  }
}

TEST(ConfigFile, TellsThatItCannotBeRead) {
  const Program program;
  program.write("folder/x", "");

  const auto config = read_config(program.path("folder"), "/");

  ASSERT_FALSE(config.has_value());
  EXPECT_NE(config.error().message.find("folder"), std::string::npos);
}

TEST(ProjectFile, LeadsNoReportOutOfTheProjectByALink) {
  Program program;
  program.write("project/.botctl.toml", "[smoke]\nreport = \"json:out/x.json\"\n");
  const auto file = program.path("project/.botctl.toml");
  EXPECT_TRUE(read_project(file).has_value());

  std::filesystem::create_symlink("..", program.path("project/out"));
  const auto project = read_project(file);
  ASSERT_FALSE(project.has_value());
  EXPECT_NE(project.error().message.find("stay inside"), std::string::npos);
}

TEST(ProjectFile, TakesWhatSelectsChecksAndReports) {
  const Program program;
  program.write("p.toml", "[smoke]\nsuite = \"1\"\nreport = [\"json:out.json\"]\n");

  const auto project = read_project(program.path("p.toml"));

  ASSERT_TRUE(project.has_value()) << project.error().message;
  EXPECT_EQ(project->smoke.at("report"), std::vector<std::string>{"json:out.json"});
}

}  // namespace
}  // namespace bot::cli
