#include "suites/race/checker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bot::suites::race {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Op start(const std::string& meeting,
         std::int64_t from,
         std::int64_t to,
         OpOutcome outcome,
         std::int64_t id = 0) {
  return {.kind = OpKind::start,
          .meeting = meeting,
          .meeting_id = id,
          .invoked_us = from,
          .completed_us = to,
          .outcome = outcome};
}

Op stop(const std::string& meeting, std::int64_t from, std::int64_t to) {
  return {.kind = OpKind::stop,
          .meeting = meeting,
          .invoked_us = from,
          .completed_us = to,
          .outcome = OpOutcome::ok};
}

TEST(RaceChecker, FindsNothingWrongWithABurstThatFillsTheSeats) {
  const History history{.limit = 2,
                        .ops = {start("a", 0, 10, OpOutcome::ok, 1),
                                start("b", 1, 12, OpOutcome::refused),
                                start("c", 2, 11, OpOutcome::ok, 2)},
                        .listings = {{20, 30, {1, 2}}}};
  EXPECT_THAT(violations(history), IsEmpty());
}

TEST(RaceChecker, FindsMoreBotsThanSeats) {
  const History history{
      .limit = 1,
      .ops = {start("a", 0, 10, OpOutcome::ok, 1), start("b", 1, 12, OpOutcome::ok, 2)}};
  EXPECT_THAT(violations(history), ElementsAre(HasSubstr("2 bots live at the same time")));
}

TEST(RaceChecker, LetsABotFollowOneThatWasAskedToStop) {
  // b's start overlaps a's stop: the seat may have changed hands in between.
  const History history{.limit = 1,
                        .ops = {start("a", 0, 10, OpOutcome::ok, 1),
                                stop("a", 20, 30),
                                start("b", 25, 28, OpOutcome::ok, 2)}};
  EXPECT_THAT(violations(history), IsEmpty());
}

TEST(RaceChecker, FindsARefusalWhileASeatWasFree) {
  const History history{
      .limit = 2,
      .ops = {start("a", 0, 10, OpOutcome::ok, 1), start("b", 20, 30, OpOutcome::refused)}};
  EXPECT_THAT(violations(history),
              ElementsAre(HasSubstr("b was refused for the limit of 2 while at most 1")));
}

TEST(RaceChecker, ExcusesARefusalThatAnUnansweredStartMayExplain) {
  const History history{
      .limit = 1,
      .ops = {start("a", 0, 10, OpOutcome::unknown), start("b", 50, 60, OpOutcome::refused)}};
  EXPECT_THAT(violations(history), IsEmpty());
}

TEST(RaceChecker, ExcusesARefusalUntilTheStopWasAnswered) {
  const History during{.limit = 1,
                       .ops = {start("a", 0, 10, OpOutcome::ok, 1),
                               stop("a", 20, 30),
                               start("b", 25, 28, OpOutcome::refused)}};
  EXPECT_THAT(violations(during), IsEmpty());
  const History after{.limit = 1,
                      .ops = {start("a", 0, 10, OpOutcome::ok, 1),
                              stop("a", 20, 30),
                              start("b", 31, 40, OpOutcome::refused)}};
  EXPECT_THAT(violations(after), ElementsAre(HasSubstr("at most 0 bots")));
}

TEST(RaceChecker, FindsTwoBotsInOneMeeting) {
  const History history{
      .limit = 5,
      .ops = {start("a", 0, 10, OpOutcome::ok, 1), start("a", 1, 12, OpOutcome::ok, 2)}};
  EXPECT_THAT(violations(history), ElementsAre(HasSubstr("two bots live in a")));
}

TEST(RaceChecker, FindsADuplicateOfNothing) {
  const History history{
      .limit = 5,
      .ops = {start("a", 0, 10, OpOutcome::ok, 1), start("b", 1, 12, OpOutcome::duplicate)}};
  EXPECT_THAT(violations(history), ElementsAre(HasSubstr("b was refused as a duplicate")));
}

TEST(RaceChecker, FindsAnAcceptedStartThatALaterListLacks) {
  const History history{.limit = 2,
                        .ops = {start("a", 0, 10, OpOutcome::ok, 1)},
                        .listings = {{5, 9, {}}, {20, 30, {}}}};
  EXPECT_THAT(violations(history), ElementsAre(HasSubstr("missing from a later list")));
}

TEST(RaceChecker, DoesNotMissInAListThatWasAskedBeforeTheAnswer) {
  const History history{
      .limit = 2, .ops = {start("a", 0, 10, OpOutcome::ok, 1)}, .listings = {{5, 20, {}}}};
  EXPECT_THAT(violations(history), IsEmpty());
}

}  // namespace
}  // namespace bot::suites::race
