#include "server/app/signals.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace bot::app {
namespace {

TEST(EndAfter, EndsAProcessThatHangsAndSaysSo) {
  const auto hang = [] {
    end_after(Millis{20}, 3);
    for (;;)
      ::pause();
  };
  EXPECT_EXIT(hang(), testing::ExitedWithCode(3), "botd: the end did not come within 20ms");
}

}  // namespace
}  // namespace bot::app
