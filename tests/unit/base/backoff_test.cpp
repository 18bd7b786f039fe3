#include "base/backoff.hpp"

#include <gtest/gtest.h>

namespace bot {
namespace {

TEST(Backoff, DoublesUpToItsLongestDelay) {
  const Backoff backoff{.first = Millis{1000}, .longest = Millis{3000}};

  EXPECT_EQ(backoff.plain(0), Millis{1000});
  EXPECT_EQ(backoff.plain(1), Millis{2000});
  EXPECT_EQ(backoff.plain(2), Millis{3000});
  EXPECT_EQ(backoff.plain(1000), Millis{3000});
}

TEST(Backoff, JitterStaysBetweenHalfAndTheWholeDelay) {
  const Backoff backoff{.first = Millis{1000}, .longest = Millis{60'000}};

  for (int i = 0; i < 200; ++i) {
    const auto delay = backoff.jittered(1);
    EXPECT_GE(delay, Millis{1000});
    EXPECT_LE(delay, Millis{2000});
  }
}

}  // namespace
}  // namespace bot
