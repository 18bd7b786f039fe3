#include "server/bots/script.hpp"

#include <gtest/gtest.h>

namespace bot::bots {
namespace {

TEST(Script, RuleIsPatternAndName) {
  const auto rule = parse_script_rule("stale-*=hang");
  ASSERT_TRUE(rule);
  EXPECT_EQ(*rule, (ScriptRule{"stale-*", Script::hang}));
}

TEST(Script, PatternMayHoldAnEqualsSign) {
  const auto rule = parse_script_rule("a=b*=exit1");
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->pattern, "a=b*");
}

TEST(Script, RefusesWhatIsNoRule) {
  EXPECT_FALSE(parse_script_rule("hang"));
  EXPECT_FALSE(parse_script_rule("=hang"));
  const auto unknown = parse_script_rule("x=explode");
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().hint.find("ignores-leave"), std::string::npos);
}

TEST(Script, EveryNameReadsBack) {
  for (const auto* name :
       {"normal", "never-starts", "hang", "silent", "dies", "ignores-leave", "exit1"}) {
    const auto script = parse_script(name);
    ASSERT_TRUE(script) << name;
    EXPECT_EQ(name_of(*script), name);
  }
}

TEST(Script, FirstMatchingRuleWins) {
  const std::vector<ScriptRule> rules{{"stale-1*", Script::silent}, {"stale-*", Script::hang}};
  EXPECT_EQ(script_for(rules, "stale-12"), Script::silent);
  EXPECT_EQ(script_for(rules, "stale-2"), Script::hang);
  EXPECT_EQ(script_for(rules, "other"), Script::normal);
}

}  // namespace
}  // namespace bot::bots
