#include "base/duration.hpp"

#include <gtest/gtest.h>

namespace bot {
namespace {

TEST(Duration, ReadsNumbersWithUnits) {
  EXPECT_EQ(*parse_duration("200ms"), Millis{200});
  EXPECT_EQ(*parse_duration("1.5s"), Millis{1500});
  EXPECT_EQ(*parse_duration("5m"), Millis{300'000});
  EXPECT_EQ(*parse_duration("1h"), Millis{3'600'000});
  EXPECT_EQ(*parse_duration("2d"), Millis{172'800'000});
  EXPECT_EQ(*parse_duration("1m30s"), Millis{90'000});
  EXPECT_EQ(*parse_duration("0"), Millis{0});
}

TEST(Duration, RefusesEverythingElseWithItsText) {
  for (const auto* text :
       {"", "5", "-5s", "s", "5 s", "1e5s", "infs", "nans", "5x", "99999999d", "5s5"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument);
    EXPECT_NE(parsed.error().message.find(text), std::string::npos) << parsed.error().message;
  }
}

TEST(Duration, BareNumbersAreSecondsOnlyWhereAskedFor) {
  EXPECT_EQ(*parse_duration_or_seconds("30"), Millis{30'000});
  EXPECT_EQ(*parse_duration_or_seconds("30ms"), Millis{30});
  EXPECT_FALSE(parse_duration_or_seconds("-30"));
}

TEST(Duration, FormatsWhatItReadsBack) {
  for (const auto* text : {"0", "200ms", "1m30s", "2h", "1d1ms"}) {
    EXPECT_EQ(format_duration(*parse_duration(text)), text);
  }
}

}  // namespace
}  // namespace bot
