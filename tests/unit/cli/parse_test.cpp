#include "cli/parse.hpp"

#include <gtest/gtest.h>

#include "cli/commands/commands.hpp"

namespace bot::cli {
namespace {

Result<Parsed> parsed(const std::vector<std::string>& words) {
  return parse(command_tree(), words);
}

Invocation invocation(const std::vector<std::string>& words) {
  auto result = parsed(words);
  if (!result) {
    ADD_FAILURE() << result.error().message;
    return {};
  }
  return std::get<Invocation>(*result);
}

// A word for each positional that must be there.
std::vector<std::string> words_of(const Command& command) {
  std::vector<std::string> words;
  if (!command.noun.empty()) words.emplace_back(command.noun);
  words.emplace_back(command.verb);
  for (const auto& positional : command.positionals) {
    if (positional.arity != Arity::optional) words.emplace_back("x");
  }
  return words;
}

TEST(Parse, SelectsTheCommandOfNounAndVerb) {
  const auto got = invocation({"users", "get", "42"});

  EXPECT_EQ(got.command->path(), "users get");
  EXPECT_EQ(got.positionals.at("user"), std::vector<std::string>{"42"});
}

TEST(Parse, TakesGlobalOptionsOnEitherSideOfEveryCommand) {
  for (const auto& command : command_tree().commands) {
    auto before = words_of(command);
    auto after = before;
    before.insert(before.begin(), {"--timeout", "5s", "-o", "json"});
    after.insert(after.end(), {"-vv", "--timeout=5s", "-ojson"});

    EXPECT_EQ(invocation(before).options.at("timeout").front(), "5s") << command.path();
    EXPECT_EQ(invocation(after).options.at("output").front(), "json") << command.path();
    EXPECT_EQ(invocation(after).options.at("verbose").size(), 2U) << command.path();
  }
}

TEST(Parse, HelpWinsOverEveryOtherMistakeOfEveryCommand) {
  for (const auto& command : command_tree().commands) {
    std::vector<std::string> words;
    if (!command.noun.empty()) words.emplace_back(command.noun);
    words.emplace_back(command.verb);
    words.insert(words.end(), {"--no-such-option", "-h"});

    const auto got = parsed(words);

    ASSERT_TRUE(got.has_value()) << command.path();
    const auto* help = std::get_if<HelpRequest>(&*got);
    ASSERT_NE(help, nullptr) << command.path();
    EXPECT_EQ(help->command->path(), command.path());
  }
}

TEST(Parse, LeavesIdsThatAreCalledLikeCommandsAlone) {
  const auto got = invocation({"bots", "start", "zoom", "users"});

  EXPECT_EQ(got.command->path(), "bots start");
  EXPECT_EQ(got.positionals.at("id").front(), "users");
}

TEST(Parse, TakesEverythingBehindTwoDashesAsAWord) {
  EXPECT_EQ(invocation({"users", "get", "--", "--limit"}).positionals.at("user").front(),
            "--limit");
}

TEST(Parse, KeepsBracketsAndEmptyWordsOfIds) {
  EXPECT_EQ(invocation({"bots", "start", "zoom", "[a,b]"}).positionals.at("id").front(), "[a,b]");
}

TEST(Parse, TakesAnOptionalValueOnlyBehindAnEqualsSign) {
  EXPECT_EQ(invocation({"bots", "start", "zoom", "1", "--wait"}).options.at("wait").front(),
            "active");
  EXPECT_EQ(
      invocation({"bots", "start", "zoom", "1", "--wait=completed"}).options.at("wait").front(),
      "completed");
  EXPECT_EQ(invocation({"bots", "start", "--wait", "zoom", "1"}).positionals.at("id").front(), "1");
}

TEST(Parse, ShowsTheProgramsHelpForNoWords) {
  const auto got = parsed({});

  ASSERT_TRUE(got.has_value());
  EXPECT_TRUE(std::holds_alternative<HelpRequest>(*got));
}

TEST(Parse, TakesTheVersionAnywhere) {
  EXPECT_TRUE(std::holds_alternative<VersionRequest>(*parsed({"--version"})));
  EXPECT_TRUE(std::holds_alternative<VersionRequest>(*parsed({"users", "-V"})));
}

struct Mistake {
  std::string name;
  std::vector<std::string> words;
  std::string message;
  std::string hint;
};

void PrintTo(const Mistake& mistake, std::ostream* out) {
  *out << mistake.name;
}

class ParseMistake : public testing::TestWithParam<Mistake> {};

TEST_P(ParseMistake, IsTold) {
  const auto got = parsed(GetParam().words);

  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().code, Errc::invalid_argument);
  EXPECT_NE(got.error().message.find(GetParam().message), std::string::npos) << got.error().message;
  EXPECT_NE(got.error().hint.find(GetParam().hint), std::string::npos) << got.error().hint;
  EXPECT_EQ(got.error().message.find("hush"), std::string::npos) << got.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    All,
    ParseMistake,
    testing::Values(
        Mistake{"UnknownNoun", {"user", "list"}, "no command 'user'", "'users'"},
        Mistake{"UnknownVerb", {"users", "lst"}, "botctl users has no command 'lst'", "'list'"},
        Mistake{"FarFromEverything", {"users", "nonsense"}, "'nonsense'", "--help"},
        Mistake{"NoVerb", {"users"}, "needs a verb: list, get", "--help"},
        Mistake{"OnlyAnOption", {"--json"}, "a command is needed", "--help"},
        Mistake{"UnknownOption", {"users", "list", "--limt", "4"}, "'--limt'", "'--limit'"},
        Mistake{"MissingValue", {"users", "list", "--limit"}, "--limit needs a value", "--help"},
        Mistake{"SpareValue", {"users", "list", "-q", "--quiet=x"}, "--quiet takes no value", ""},
        Mistake{"EarlyOption", {"--limit", "4", "users", "list"}, "'--limit'", "after its name"},
        Mistake{"EarlySecret", {"--token", "hush", "users"}, "no option --token", "BOTCTL_API_KEY"},
        Mistake{"MissingWord", {"users", "get"}, "needs USER", "--help"},
        Mistake{"SpareWord", {"users", "get", "1", "2"}, "takes no argument '2'", "--help"},
        Mistake{"Abbreviation", {"users", "li"}, "'li'", "--help"},
        Mistake{"SecretAsFlag", {"health", "--api-key", "x"}, "--api-key", "BOTCTL_API_KEY"},
        Mistake{"ControlCharacters", {"a\x1b[31mb"}, "a\\x1b[31mb", "--help"}),
    [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace bot::cli
