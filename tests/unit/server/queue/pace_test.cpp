#include "server/queue/pace.hpp"

#include <gtest/gtest.h>

namespace bot::queue {
namespace {

using Seconds = Pace::Seconds;

TEST(Pace, TakesNothingAheadBeforeItKnowsHowLongHandlersTake) {
  Pace pace;
  EXPECT_EQ(pace.ahead(4), 0u);
  pace.stored(Seconds{0.01});
  EXPECT_EQ(pace.ahead(4), 0u);
  EXPECT_EQ(pace.linger(), Seconds{0});
}

TEST(Pace, TakesAheadWhatIsFinishedDuringARound) {
  Pace pace;
  pace.stored(Seconds{0.01});
  pace.handled(Seconds{0.005});
  EXPECT_EQ(pace.ahead(4), 8u);
  EXPECT_EQ(pace.linger(), Seconds{0}) << "a verdict is not kept waiting for slow ones";
}

TEST(Pace, TakesNoMoreThanALimitAndLetsQuickVerdictsGather) {
  Pace pace;
  pace.stored(Seconds{0.01});
  pace.handled(Seconds{0});
  EXPECT_EQ(pace.ahead(4), 64u);
  EXPECT_EQ(pace.linger(), Seconds{0.0025});
}

TEST(Pace, TakesNothingAheadOfAHandlerThatHangs) {
  Pace pace;
  pace.stored(Seconds{0.01});
  pace.handled(Seconds{0});
  pace.hangs(Seconds{1});
  EXPECT_EQ(pace.ahead(4), 0u);
}

}  // namespace
}  // namespace bot::queue
