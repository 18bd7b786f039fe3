#include "suites/states.hpp"

#include <gtest/gtest.h>

namespace bot::suites {
namespace {

TEST(States, OfEveryGenerationStandForTheSixOfTheSeed) {
  EXPECT_EQ(parse_state("requested"), State::reserved);
  EXPECT_EQ(parse_state("awaiting_admission"), State::starting);
  EXPECT_EQ(parse_state("stopping"), State::stopping);
  EXPECT_EQ(parse_state("error"), std::nullopt);
  EXPECT_EQ(parse_state(""), std::nullopt);
}

TEST(States, HaveTheSeedsNames) {
  for (const auto* word : {"reserved", "starting", "active", "stopping", "completed", "failed"}) {
    ASSERT_TRUE(parse_state(word));
    EXPECT_EQ(name_of(*parse_state(word)), word);
  }
}

TEST(States, NeverGoBackOrOn) {
  EXPECT_TRUE(may_follow(State::reserved, State::active));
  EXPECT_TRUE(may_follow(State::starting, State::failed));
  EXPECT_FALSE(may_follow(State::active, State::starting));
  EXPECT_FALSE(may_follow(State::completed, State::failed));
  EXPECT_TRUE(may_follow(State::completed, State::completed));
}

}  // namespace
}  // namespace bot::suites
