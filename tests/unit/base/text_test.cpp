#include "base/text.hpp"

#include <gtest/gtest.h>

namespace bot {
namespace {

TEST(Text, SplitsAndJoins) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
  EXPECT_EQ(join({"a", "", "b"}, ", "), "a, , b");
  EXPECT_EQ(join({}, ","), "");
}

TEST(Text, TrimsBlanksOnly) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
}

TEST(Text, ParsesWholeIntegersInRange) {
  EXPECT_EQ(parse_int("-42"), -42);
  EXPECT_EQ(parse_int("9223372036854775807"), INT64_MAX);
  for (const auto* text : {"", "9223372036854775808", "1x", " 1", "1.0", "+1"}) {
    EXPECT_EQ(parse_int(text), std::nullopt) << text;
  }
}

TEST(Text, PercentEncodingRoundTrips) {
  EXPECT_EQ(percent_encode("a/b?c d~"), "a%2Fb%3Fc%20d~");
  EXPECT_EQ(percent_decode("a%2Fb%3fc"), "a/b?c");
  for (const auto* text : {"%", "%2", "%zz", "abc%"})
    EXPECT_EQ(percent_decode(text), std::nullopt);
}

TEST(Text, ConstantTimeEqualityIsEquality) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("key", "key"));
  EXPECT_FALSE(equal_in_constant_time("key", "kez"));
  EXPECT_FALSE(equal_in_constant_time("key", "keykey"));
  EXPECT_FALSE(equal_in_constant_time("", "key"));
  EXPECT_FALSE(equal_in_constant_time("key", ""));
}

TEST(Text, GlobsMatchTheWholeText) {
  EXPECT_TRUE(matches_glob("stale-*", "stale-1"));
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("a*b?c", "axxbyc"));
  EXPECT_TRUE(matches_glob("*.1", "10.1"));
  EXPECT_FALSE(matches_glob("stale-*", "xstale-1"));
  EXPECT_FALSE(matches_glob("a?", "a"));
  EXPECT_FALSE(matches_glob("", "a"));
}

TEST(Text, NearestFindsTyposButNotStrangers) {
  EXPECT_EQ(nearest("uers", {"users", "tokens"}), "users");
  EXPECT_EQ(nearest("Users", {"users"}), "users");
  EXPECT_EQ(nearest("zzzzzz", {"users", "tokens"}), std::nullopt);
}

TEST(Text, ReplaceAllDoesNotLookIntoWhatItPutIn) {
  EXPECT_EQ(replace_all("aXbX", "X", "XX"), "aXXbXX");
  EXPECT_EQ(replace_all("abc", "", "x"), "abc");
}

}  // namespace
}  // namespace bot
