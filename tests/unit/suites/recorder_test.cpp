#include "suites/recorder.hpp"

#include <gtest/gtest.h>

namespace bot::suites {
namespace {

TEST(Recorder, KeepsBothEndsOfALongPollAndCountsTheRest) {
  Recorder recorder;
  for (int i = 0; i < 100; ++i)
    recorder.add({.method = "GET", .target = std::to_string(i)});
  CheckResult check;
  recorder.move_into(check);
  ASSERT_EQ(check.exchanges.size(), 60U);
  EXPECT_EQ(check.exchanges_omitted, 40U);
  EXPECT_EQ(check.exchanges[29].target, "29");
  EXPECT_EQ(check.exchanges[30].target, "70");
  EXPECT_EQ(check.exchanges[59].target, "99");
  recorder.move_into(check);
  EXPECT_TRUE(check.exchanges.empty());
  EXPECT_EQ(check.exchanges_omitted, 0U);
}

}  // namespace
}  // namespace bot::suites
