#include "base/ids.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace bot {
namespace {

TEST(Ids, HaveTheirLengthAndAlphabet) {
  EXPECT_EQ(random_hex(8).size(), 8U);
  EXPECT_EQ(random_hex(64).find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(random_alphanumeric(40).size(), 40U);
}

TEST(Ids, UuidsAreOfVersionFour) {
  const auto uuid = random_uuid();

  ASSERT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[8], '-');
  EXPECT_EQ(uuid[13], '-');
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
}

TEST(Ids, DoNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i)
    EXPECT_TRUE(seen.insert(random_alphanumeric(20)).second);
}

TEST(Ids, RandomBelowReachesEveryValueAndNoOther) {
  std::set<std::size_t> seen;
  for (int i = 0; i < 1000; ++i)
    seen.insert(random_below(3));
  EXPECT_EQ(seen, (std::set<std::size_t>{0, 1, 2}));
}

}  // namespace
}  // namespace bot
