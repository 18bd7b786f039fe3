#include "base/time_format.hpp"

#include <gtest/gtest.h>

namespace bot {
namespace {

TEST(TimeFormat, WritesRfc3339WithMilliseconds) {
  EXPECT_EQ(format_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(1'795'292'107'123), "2026-11-21T20:15:07.123Z");
}

TEST(TimeFormat, WritesEveryDateOfACentury) {
  for (UnixMillis time = 0; time < 3'155'760'000'000; time += 86'399'003'001) {
    const auto text = format_time(time);
    EXPECT_EQ(parse_time(text), time) << text;
    EXPECT_EQ(std::string_view(TimeText(time)), text);
  }
}

TEST(TimeFormat, ReadsTheFormsOfEveryGeneration) {
  const auto expected = parse_time("2025-09-17T16:21:42.801Z");
  ASSERT_TRUE(expected);
  EXPECT_EQ(parse_time("2025-09-17T16:21:42.801420"), expected);
  EXPECT_EQ(parse_time("2025-09-17T16:21:42.801420+00:00"), expected);
  EXPECT_EQ(parse_time("2025-09-17T18:21:42.801+02:00"), expected);
  EXPECT_EQ(parse_time("2025-09-17T16:21:42"), *expected - 801);
  EXPECT_EQ(parse_time(format_time(*expected)), expected);
}

TEST(TimeFormat, RefusesWhatIsNoTime) {
  for (const auto* text : {"",
                           "now",
                           "2025-13-01T00:00:00Z",
                           "2025-02-30T00:00:00Z",
                           "2025-09-17",
                           "2025-09-17T16:21:42.Z",
                           "2025-09-17T25:00:00Z",
                           "2025-09-17T16:21:42+",
                           "2025-09-17T16:21:42X"}) {
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace bot
