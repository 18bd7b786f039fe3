#include "server/routes/request_rate.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/base/manual_clock.hpp"

namespace bot::routes {
namespace {

TEST(RequestRate, LetsABurstThroughAndThenWhatIsGained) {
  ManualClock clock;
  RequestRate rate(clock, {.per_second = 2, .burst = 3});
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(rate.refuse(7), std::nullopt);
  EXPECT_EQ(rate.refuse(7), Millis{500});

  clock.advance(Millis{400});
  EXPECT_EQ(rate.refuse(7), Millis{100}) << "a refusal costs nothing";
  clock.advance(Millis{100});
  EXPECT_EQ(rate.refuse(7), std::nullopt);
  EXPECT_NE(rate.refuse(7), std::nullopt);
}

TEST(RequestRate, SavesUpNoMoreThanTheBurst) {
  ManualClock clock;
  RequestRate rate(clock, {.per_second = 10, .burst = 2});
  EXPECT_EQ(rate.refuse(7), std::nullopt);
  clock.advance(std::chrono::hours{1});

  EXPECT_EQ(rate.refuse(7), std::nullopt);
  EXPECT_EQ(rate.refuse(7), std::nullopt);
  EXPECT_NE(rate.refuse(7), std::nullopt);
}

TEST(RequestRate, CountsEachKeyByItself) {
  ManualClock clock;
  RequestRate rate(clock, {.per_second = 1, .burst = 1});
  EXPECT_EQ(rate.refuse(1), std::nullopt);
  EXPECT_NE(rate.refuse(1), std::nullopt);
  EXPECT_EQ(rate.refuse(2), std::nullopt);
}

TEST(RequestRate, LimitsNothingUnlessAsked) {
  ManualClock clock;
  RequestRate rate(clock, {});
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(rate.refuse(1), std::nullopt);
}

TEST(RequestRate, RemembersWhoHasSpentAmongVeryManyKeys) {
  ManualClock clock;
  RequestRate rate(clock, {.per_second = 1, .burst = 1});
  for (std::int64_t key = 1; key <= 10'001; ++key) {
    EXPECT_EQ(rate.refuse(key), std::nullopt);
    clock.advance(Millis{1});
  }
  EXPECT_NE(rate.refuse(10'001), std::nullopt);
}

}  // namespace
}  // namespace bot::routes
