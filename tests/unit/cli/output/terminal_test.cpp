#include "cli/output/terminal.hpp"

#include <gtest/gtest.h>

namespace bot::cli {
namespace {

struct Case {
  std::string name;
  bool tty;
  ColorChoice choice;
  std::map<std::string, std::string, std::less<>> environment;
  Colors wanted;
};

void PrintTo(const Case& each, std::ostream* out) {
  *out << each.name;
}

class ColorMatrix : public testing::TestWithParam<Case> {};

TEST_P(ColorMatrix, IsAsThePeopleExpect) {
  const auto& [name, tty, choice, environment, wanted] = GetParam();

  EXPECT_EQ(colors_for(tty, choice, Environment(environment)), wanted);
}

constexpr auto automatic = ColorChoice::automatic;

INSTANTIATE_TEST_SUITE_P(
    All,
    ColorMatrix,
    testing::Values(
        Case{"Terminal", true, automatic, {}, Colors::on},
        Case{"Pipe", false, automatic, {}, Colors::off},
        Case{"NoColor", true, automatic, {{"NO_COLOR", "1"}}, Colors::off},
        Case{"EmptyNoColor", true, automatic, {{"NO_COLOR", ""}}, Colors::on},
        Case{"ForcedInPipe", false, automatic, {{"CLICOLOR_FORCE", "1"}}, Colors::on},
        Case{"ForceZero", false, automatic, {{"CLICOLOR_FORCE", "0"}}, Colors::off},
        Case{"NoColorBeatsForce",
             false,
             automatic,
             {{"NO_COLOR", "1"}, {"CLICOLOR_FORCE", "1"}},
             Colors::off},
        Case{"Dumb", true, automatic, {{"TERM", "dumb"}}, Colors::off},
        Case{"CliColorOff", true, automatic, {{"CLICOLOR", "0"}}, Colors::off},
        Case{"AlwaysInPipe", false, ColorChoice::always, {}, Colors::on},
        Case{"AlwaysBeatsNoColor", true, ColorChoice::always, {{"NO_COLOR", "1"}}, Colors::on},
        Case{"AlwaysOnDumb", true, ColorChoice::always, {{"TERM", "dumb"}}, Colors::on},
        Case{"NeverBeatsForce", true, ColorChoice::never, {{"CLICOLOR_FORCE", "1"}}, Colors::off},
        Case{"NeverOnTerminal", true, ColorChoice::never, {}, Colors::off}),
    [](const auto& each) { return each.param.name; });

Environment forced(const std::string& value) {
  std::map<std::string, std::string, std::less<>> variables;
  variables["BOTCTL_FORCE_TTY"] = value;
  return Environment(std::move(variables));
}

TEST(Terminal, IsForcedWithAWidth) {
  const auto wide = with_forced_tty({}, forced("120"));
  EXPECT_TRUE(wide.out_is_tty && wide.err_is_tty && !wide.in_is_tty);
  EXPECT_EQ(wide.columns, 120U);
  EXPECT_EQ(with_forced_tty({}, forced("1")).columns, 80U);
  EXPECT_FALSE(with_forced_tty({}, Environment()).out_is_tty);
}

TEST(StyleOfState, TellsGoodFromBadAndWhatIsOver) {
  EXPECT_EQ(style_of_state("running"), Style::green);
  EXPECT_EQ(style_of_state("pending"), Style::yellow);
  EXPECT_EQ(style_of_state("lost"), Style::red);
  EXPECT_EQ(style_of_state("cancelled"), Style::dim);
  EXPECT_EQ(style_of_state("levitating"), Style::plain);
}

}  // namespace
}  // namespace bot::cli
