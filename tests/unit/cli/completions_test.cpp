#include "cli/completions.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "cli/commands/commands.hpp"
#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

std::vector<std::string> offered(const std::vector<std::string>& words) {
  std::vector<std::string> values;
  for (const auto& each : complete_words(command_tree(), words).candidates) {
    values.push_back(each.value);
  }
  return values;
}

bool offers(const std::vector<std::string>& words, const std::string& value) {
  const auto values = offered(words);
  return std::find(values.begin(), values.end(), value) != values.end();
}

TEST(Completions, OfferNounsAndCommandsFirst) {
  EXPECT_TRUE(offers({""}, "users"));
  EXPECT_TRUE(offers({""}, "health"));
  EXPECT_FALSE(offers({""}, "__generate"));
  EXPECT_EQ(offered({"us"}), std::vector<std::string>{"users"});
}

TEST(Completions, OfferTheVerbsOfANoun) {
  EXPECT_EQ(offered({"users", ""}),
            (std::vector<std::string>{"list", "get", "create", "ensure", "update", "delete"}));
  EXPECT_EQ(offered({"-o", "json", "users", "l"}), std::vector<std::string>{"list"});
}

TEST(Completions, OfferOptionsOfTheCommandAndGlobalOnes) {
  EXPECT_EQ(offered({"users", "list", "--l"}), std::vector<std::string>{"--limit"});
  EXPECT_EQ(offered({"users", "list", "--ser"}), std::vector<std::string>{"--server"});
  EXPECT_FALSE(offers({"users", "list", "--"}, "--follow"));
}

TEST(Completions, OfferTheValuesOfAnOption) {
  EXPECT_EQ(offered({"users", "list", "-o", "ta"}), std::vector<std::string>{"table"});
  EXPECT_EQ(offered({"users", "list", "--output=ta"}), std::vector<std::string>{"--output=table"});
  EXPECT_EQ(offered({"bots", "start", "zoom", "1", "--task", "transc"}),
            std::vector<std::string>{"transcribe"});
}

TEST(Completions, OfferPlatformsWhereOneStands) {
  EXPECT_EQ(offered({"bots", "start", "g"}), std::vector<std::string>{"google_meet"});
  EXPECT_TRUE(offered({"bots", "start", "google_meet", ""}).empty());
}

TEST(Completions, LeaveFilesToTheShell) {
  EXPECT_EQ(complete_words(command_tree(), {"--admin-key-file", ""}).otherwise, Otherwise::files);
  EXPECT_EQ(complete_words(command_tree(), {"users", ""}).otherwise, Otherwise::nothing);
}

TEST(Completions, OfferNothingBehindAMistake) {
  EXPECT_TRUE(offered({"nonsense", ""}).empty());
}

TEST(Completions, OfferTheServersUsersAndNothingWhenItIsAway) {
  Program program;
  program.server().answer(200, '[' + body::user() + ',' + body::user(43, "bob@example.com") + ']');
  EXPECT_EQ(program.run({"__complete", "--", "users", "get", "a"}).out,
            "ada@example.com\tuser 42\n:4\n");

  program.server().fail({.code = Errc::unreachable, .message = "refused"});
  const auto away = program.run({"__complete", "--", "users", "get", ""});
  EXPECT_EQ(away.out + away.err, ":4\n");

  program.run({"__complete", "--", "-c", "other", "users", "get", ""});
  EXPECT_EQ(program.server().sent().size(), 2U);
}

TEST(Completions, ArePrintedWithADirective) {
  Program program;

  EXPECT_EQ(program.run({"__complete", "--", "users", "li"}).out, "list\tList the users\n:4\n");
  EXPECT_EQ(program.run({"__complete", "--", "--api-key-file", ""}).out, ":0\n");
  EXPECT_TRUE(program.server().sent().empty());
}

}  // namespace
}  // namespace bot::cli
