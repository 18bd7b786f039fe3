#include "suites/patience.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace bot::suites {
namespace {

TEST(Patience, EndsAtItsDeadline) {
  Patience patience(Millis{60}, {});
  int looks = 1;
  while (patience.again())
    ++looks;
  EXPECT_GE(patience.spent(), Millis{60});
  EXPECT_GE(looks, 3);
}

TEST(Patience, WithoutTimeLooksOnce) {
  Patience patience(Millis{0}, {});
  EXPECT_FALSE(patience.again());
}

TEST(Patience, EndsAtOnceWhenTheRunIsCancelled) {
  std::stop_source source;
  Patience patience(std::chrono::hours(1), source.get_token());
  const std::jthread other([&source] { source.request_stop(); });
  while (patience.again()) {
  }
  EXPECT_TRUE(patience.cancelled());
  EXPECT_LT(patience.spent(), std::chrono::minutes(1));
}

}  // namespace
}  // namespace bot::suites
