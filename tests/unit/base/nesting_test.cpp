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

TEST(Members, AreCountedForEachObjectByItself) {
  EXPECT_FALSE(has_larger_object(R"({"a":1,"b":2})", 2));
  EXPECT_TRUE(has_larger_object(R"({"a":1,"b":2,"c":3})", 2));
  EXPECT_FALSE(has_larger_object(R"([1,2,3,{"a":[1,2,3],"b":{"c":4}}])", 2));
  EXPECT_TRUE(has_larger_object(R"([{"a":{"b":1,"c":2,"d":3}}])", 2));
  EXPECT_FALSE(has_larger_object(R"({"a":"x,y,z,{,,,"})", 2));
  EXPECT_FALSE(has_larger_object("]},,,,", 2));
}

}  // namespace
}  // namespace bot
