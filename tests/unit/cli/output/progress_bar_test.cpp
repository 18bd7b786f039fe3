#include "cli/output/progress_bar.hpp"

#include <gtest/gtest.h>

namespace bot::cli {
namespace {

TEST(ProgressBar, GrowsWithWhatIsDone) {
  EXPECT_EQ(progress_bar(0, 4, 24), "[----------]  0/4    0 %");
  EXPECT_EQ(progress_bar(2, 4, 24), "[#####-----]  2/4   50 %");
  EXPECT_EQ(progress_bar(4, 4, 24), "[##########]  4/4  100 %");
}

TEST(ProgressBar, IsNeverWiderThanAllowedAndNeverVeryWide) {
  for (const std::size_t columns : {20U, 25U, 40U, 80U, 400U}) {
    EXPECT_LE(progress_bar(3, 7, columns).size(), columns);
    EXPECT_LE(progress_bar(3, 7, columns).size(), 60U);
  }
}

TEST(ProgressBar, IsOnlyNumbersWhereThereIsNoRoom) {
  EXPECT_EQ(progress_bar(3, 4, 0), "3/4   75 %");
}

TEST(ProgressBar, SurvivesNumbersThatMakeNoSense) {
  EXPECT_EQ(progress_bar(9, 4, 0), "4/4  100 %");
  EXPECT_EQ(progress_bar(-1, 4, 0), "0/4    0 %");
  EXPECT_EQ(progress_bar(1, 0, 0), "0/0    0 %");
  EXPECT_EQ(progress_bar(1, -5, 0), "0/0    0 %");
}

}  // namespace
}  // namespace bot::cli
