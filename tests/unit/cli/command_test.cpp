#include "cli/command.hpp"

#include <gtest/gtest.h>

#include <set>

#include "cli/arguments.hpp"
#include "cli/commands/commands.hpp"

namespace bot::cli {
namespace {

TEST(CommandTree, GivesEveryCommandTextExamplesAndAnAction) {
  for (const auto& command : command_tree().commands) {
    EXPECT_FALSE(command.summary.empty()) << command.path();
    EXPECT_NE(command.summary.back(), '.') << command.path();
    EXPECT_GE(command.examples.size(), 2U) << command.path();
    EXPECT_NE(command.run, nullptr) << command.path();
  }
}

TEST(CommandTree, HasAnExampleThatNamesItsCommand) {
  for (const auto& command : command_tree().commands) {
    for (const auto& example : command.examples) {
      EXPECT_NE(example.line.find("botctl " + command.path()), std::string_view::npos)
          << example.line;
    }
  }
}

TEST(CommandTree, NamesEveryNounOfItsCommands) {
  for (const auto& command : command_tree().commands) {
    if (!command.noun.empty()) {
      EXPECT_NE(command_tree().noun(command.noun), nullptr);
    }
  }
  for (const auto& noun : command_tree().nouns) {
    EXPECT_FALSE(command_tree().verbs_of(noun.name).empty()) << noun.name;
  }
}

TEST(CommandTree, UsesNoNameTwiceInACommand) {
  for (const auto& command : command_tree().commands) {
    std::set<std::string_view> names;
    std::set<char> letters;
    const auto take = [&](const Option& option) {
      EXPECT_TRUE(names.insert(option.name).second) << command.path() << ' ' << option.name;
      if (option.letter != 0) {
        EXPECT_TRUE(letters.insert(option.letter).second) << command.path() << ' ' << option.letter;
      }
    };
    for (const auto& option : command.options)
      take(option);
    for (const auto& option : global_options())
      take(option);
    for (const auto& positional : command.positionals) {
      EXPECT_TRUE(names.insert(positional.name).second) << command.path() << positional.name;
    }
  }
}

TEST(CommandTree, HasNoOptionThatTakesASecret) {
  const auto check = [](const Option& option) {
    for (const auto* word : {"key", "token", "secret", "password", "passcode"}) {
      const bool secret = option.name.find(word) != std::string_view::npos;
      const bool takes_it = takes_value(option) && option.kind != Kind::path;
      EXPECT_FALSE(secret && takes_it) << option.name;
    }
  };
  for (const auto& option : global_options())
    check(option);
  for (const auto& command : command_tree().commands) {
    for (const auto& option : command.options)
      check(option);
  }
}

TEST(CommandTree, GivesOptionsTheirVariablesByRule) {
  EXPECT_EQ(variable_of(*find_option(nullptr, "admin-key-file")), "BOTCTL_ADMIN_KEY_FILE");
  EXPECT_FALSE(has_variable(*find_option(nullptr, "help")));
}

TEST(Arguments, RefuseNamesThatTheCommandDoesNotHave) {
  const Arguments arguments(*command_tree().command("users", "list"));

  EXPECT_FALSE(arguments.has("limit"));
  EXPECT_THROW(static_cast<void>(arguments.has("limt")), std::logic_error);
}

struct Value {
  std::string name;
  Option option;
  std::string text;
  std::string complaint;  // empty: accepted
};

void PrintTo(const Value& value, std::ostream* out) {
  *out << value.name;
}

class ArgumentValue : public testing::TestWithParam<Value> {};

TEST_P(ArgumentValue, IsChecked) {
  const Command command{.noun = "", .verb = "v", .summary = "", .description = "", .run = nullptr};
  Arguments arguments(command);

  const auto status =
      arguments.set(GetParam().option, {GetParam().text}, Source::environment, "BOTCTL_X");

  EXPECT_EQ(status.has_value(), GetParam().complaint.empty());
  if (!status) {
    EXPECT_EQ(status.error().message.rfind("BOTCTL_X: ", 0), 0U) << status.error().message;
    EXPECT_NE(status.error().message.find(GetParam().complaint), std::string::npos)
        << status.error().message;
  }
}

const Option number{.name = "n", .kind = Kind::integer, .least = 1, .most = 10};
const Option time_span{.name = "d", .kind = Kind::duration};
const Option yes_no{.name = "f", .kind = Kind::flag};
const Option louder{.name = "v", .kind = Kind::counted_flag};
const Option color{.name = "c", .kind = Kind::choice, .choices = {"red", "green"}};
const Option colors{.name = "l", .kind = Kind::list, .choices = {"red", "green"}};

INSTANTIATE_TEST_SUITE_P(
    All,
    ArgumentValue,
    testing::Values(Value{"Number", number, "10", ""},
                    Value{"NoNumber", number, "abc", "'abc' is not a whole number"},
                    Value{"TooSmall", number, "0", "at least 1"},
                    Value{"TooLarge", number, "11", "at most 10"},
                    Value{"HugeNumber", number, "99999999999999999999", "whole number"},
                    Value{"Duration", time_span, "1m30s", ""},
                    Value{"NoUnit", time_span, "30", "30"},
                    Value{"Yes", yes_no, "Yes", ""},
                    Value{"No", yes_no, "0", ""},
                    Value{"NeitherYesNorNo", yes_no, "perhaps", "yes or no"},
                    Value{"Count", louder, "2", ""},
                    Value{"TooLoud", louder, "9", "from 0 to 3"},
                    Value{"Choice", color, "red", ""},
                    Value{"NoChoice", color, "gren", "one of red, green"},
                    Value{"List", colors, "red,green", ""},
                    Value{"WrongInList", colors, "red,blue", "'blue'"}),
    [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace bot::cli
