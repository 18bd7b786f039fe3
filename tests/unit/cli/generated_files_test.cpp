// man/ and completions/ are made by the program from its command tree; what is committed must be
// what it makes now. After a change: `botctl __generate man man` and likewise for completions.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "cli/commands/commands.hpp"
#include "cli/completions.hpp"
#include "cli/man_pages.hpp"
#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(GeneratedFiles, ManPagesAreAsCommitted) {
  for (const auto& [name, text] : man_pages(command_tree())) {
    EXPECT_EQ(read("man/" + name), text) << "run `botctl __generate man man`";
  }
}

TEST(GeneratedFiles, CompletionsAreAsCommitted) {
  for (const auto& [name, text] : completion_scripts()) {
    EXPECT_EQ(read("completions/" + name), text)
        << "run `botctl __generate completions completions`";
  }
}

TEST(GeneratedFiles, HasNoPageOfACommandThatIsGone) {
  const auto pages = man_pages(command_tree());
  for (const auto& entry : std::filesystem::directory_iterator("man")) {
    const auto name = entry.path().filename().string();
    if (name.rfind("botctl", 0) == 0) {
      EXPECT_TRUE(pages.contains(name)) << name;
    }
  }
}

TEST(GeneratedFiles, ManPagesHaveNoErrors) {
  if (std::system("command -v mandoc >/dev/null") != 0) GTEST_SKIP() << "mandoc is not installed";
  for (const auto& [name, text] : man_pages(command_tree())) {
    const auto command = "mandoc -T lint -W error man/" + name;
    EXPECT_EQ(std::system(command.c_str()), 0) << name;
  }
}

TEST(GeneratedFiles, ManPagesNameEveryOptionAndItsVariable) {
  const auto pages = man_pages(command_tree());
  for (const auto& command : command_tree().commands) {
    if (command.visibility == Visibility::hidden) continue;
    const auto page = "botctl-" + std::string(command.noun.empty() ? command.verb : command.noun);
    for (const auto& option : command.options) {
      EXPECT_NE(pages.at(page + ".1").find(variable_of(option)), std::string::npos)
          << command.path() << ' ' << option.name;
    }
  }
}

TEST(GeneratedFiles, AreWrittenByTheHiddenCommand) {
  Program program;

  EXPECT_EQ(program.run({"__generate", "man", program.path("m")}).code, 0);
  EXPECT_EQ(program.run({"__generate", "completions", program.path("c")}).code, 0);
  EXPECT_EQ(read(program.path("m/botctl.1")), man_pages(command_tree()).at("botctl.1"));
  EXPECT_TRUE(std::filesystem::exists(program.path("c/_botctl")));
  EXPECT_EQ(program.run({"__generate", "poems", program.path("p")}).code, 2);
}

TEST(Help, ListsEveryVisibleCommandAndNoHiddenOne) {
  Program program;
  const auto text = program.run({"--help"}).out;
  for (const auto& command : command_tree().commands) {
    if (!command.noun.empty()) continue;
    const bool listed = text.find("\n  " + std::string(command.verb)) != std::string::npos;
    EXPECT_EQ(listed, command.visibility == Visibility::visible) << command.verb;
  }
  for (const auto& noun : command_tree().nouns) {
    const auto verbs = program.run({std::string(noun.name), "--help"}).out;
    for (const auto* command : command_tree().verbs_of(noun.name)) {
      EXPECT_NE(verbs.find("\n  " + std::string(command->verb)), std::string::npos);
    }
  }
}

TEST(Help, FitsIntoEightyColumns) {
  Program program;
  for (const auto& command : command_tree().commands) {
    std::vector<std::string> words = {"help", std::string(command.verb)};
    if (!command.noun.empty()) {
      words = {"help", std::string(command.noun), std::string(command.verb)};
    }
    const auto ran = program.run(words);
    EXPECT_EQ(ran.code, 0) << command.path();
    bool in_examples = false;
    for (const auto& line : ran.lines()) {
      if (line.rfind("Examples", 0) == 0) in_examples = true;
      if (!in_examples) {
        EXPECT_LE(line.size(), 82U) << line;
      }
    }
  }
}

TEST(Help, KnowsItsTopics) {
  Program program;
  EXPECT_NE(program.run({"help", "exit-codes"}).out.find("130"), std::string::npos);
  EXPECT_NE(program.run({"help", "environment"}).out.find("BOTCTL_MAX_BOTS"), std::string::npos);
  EXPECT_EQ(program.run({"help", "poetry"}).code, 2);
}

}  // namespace
}  // namespace bot::cli
