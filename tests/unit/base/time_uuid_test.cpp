#include "base/time_uuid.hpp"

#include <gtest/gtest.h>

#include <set>

namespace bot {
namespace {

TEST(TimeUuid, BeginsWithTheTimeAndIsOfVersionSeven) {
  // The example of RFC 9562, A.6: 2022-02-22T19:22:22Z.
  const auto uuid = time_uuid(1'645'557'742'000);

  ASSERT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid.substr(0, 15), "017f22e2-79b0-7");
  EXPECT_EQ(uuid[18], '-');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
}

TEST(TimeUuid, SortsByTimeAndDoesNotRepeat) {
  EXPECT_LT(time_uuid(1'645'557'742'000), time_uuid(1'645'557'742'001));
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i)
    EXPECT_TRUE(seen.insert(time_uuid(7)).second);
}

}  // namespace
}  // namespace bot
