#include "base/nesting.hpp"

#include <gtest/gtest.h>

namespace bot {
namespace {

TEST(Nesting, IsCountedOutsideOfStrings) {
  EXPECT_FALSE(nests_deeper("", 0));
  EXPECT_FALSE(nests_deeper("1", 0));
  EXPECT_TRUE(nests_deeper("[]", 0));
  EXPECT_FALSE(nests_deeper("[[],{}]", 2));
  EXPECT_TRUE(nests_deeper(R"([{"a":[]}])", 2));
  EXPECT_FALSE(nests_deeper(R"(["[[[","\\\"[[["])", 1));
}

TEST(Nesting, OfTextThatIsNoJsonIsCountedAllTheSame) {
  EXPECT_FALSE(nests_deeper("]]][[", 2));
  EXPECT_TRUE(nests_deeper("]]][[[", 2));
  EXPECT_FALSE(nests_deeper("\"[[[", 2));
  EXPECT_FALSE(nests_deeper("\"\\", 2));
}

}  // namespace
}  // namespace bot
