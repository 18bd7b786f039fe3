#include "server/domain/meeting_address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace bot::domain {
namespace {

TEST(NativeId, LabelsOfTheSmokeTestsAreAccepted) {
  for (const auto* id : {"smoke-test-1", "a", "é日", "concurrent-test-0", "a b"}) {
    EXPECT_EQ(native_id_problem("google_meet", id, IdRule::lenient), std::nullopt) << id;
  }
}

TEST(NativeId, WhatCouldNotBeAddressedIsRefused) {
  const std::string with_nul("a\0b", 3);
  for (const auto& id : {std::string(),
                         std::string("a/b"),
                         std::string("a?b"),
                         std::string("a#b"),
                         with_nul,
                         std::string("a\nb"),
                         std::string(256, 'a'),
                         std::string("\xff\xfe"),
                         std::string("\x7f")}) {
    EXPECT_NE(native_id_problem("zoom", id, IdRule::lenient), std::nullopt);
  }
  EXPECT_EQ(native_id_problem("zoom", std::string(255, 'a'), IdRule::lenient), std::nullopt);
}

TEST(NativeId, StrictAsksForThePlatformsOwnForm) {
  EXPECT_EQ(native_id_problem("google_meet", "abc-defg-hij", IdRule::strict), std::nullopt);
  EXPECT_EQ(native_id_problem("zoom", "123456789", IdRule::strict), std::nullopt);
  EXPECT_EQ(native_id_problem("teams", "1234567890", IdRule::strict), std::nullopt);
  EXPECT_EQ(native_id_problem("google_meet", "smoke-test-1", IdRule::strict),
            "Google Meet ID must be in format 'abc-defg-hij' (lowercase letters only)");
  EXPECT_NE(native_id_problem("zoom", "12345678", IdRule::strict), std::nullopt);
  EXPECT_NE(native_id_problem("teams", "123456789", IdRule::strict), std::nullopt);
}

TEST(MeetingUrl, IsBuiltOnlyForAnOwnForm) {
  EXPECT_EQ(meeting_url("google_meet", "abc-defg-hij"), "https://meet.google.com/abc-defg-hij");
  EXPECT_EQ(meeting_url("zoom", "123456789"), "https://zoom.us/j/123456789");
  EXPECT_EQ(meeting_url("teams", "1234567890"), "https://teams.live.com/meet/1234567890");
  EXPECT_EQ(meeting_url("google_meet", "smoke-test-1"), std::nullopt);
  EXPECT_EQ(meeting_url("skype", "abc-defg-hij"), std::nullopt);
}

TEST(MeetingUrl, APasscodeIsWhereThePlatformsOwnLinksHaveIt) {
  EXPECT_EQ(url_with_passcode("zoom", "https://zoom.us/j/123456789", "123456"),
            "https://zoom.us/j/123456789?pwd=123456");
  EXPECT_EQ(url_with_passcode("teams", "https://teams.live.com/meet/1234567890", "abcdEFGH"),
            "https://teams.live.com/meet/1234567890?p=abcdEFGH");
  EXPECT_EQ(url_with_passcode("zoom", "https://zoom.us/j/1?from=here", "1&2"),
            "https://zoom.us/j/1?from=here&pwd=1%262");
  EXPECT_EQ(url_with_passcode("zoom", "https://zoom.us/j/1", ""), "https://zoom.us/j/1");
}

TEST(Passcode, FollowsThePlatform) {
  EXPECT_EQ(passcode_problem("google_meet", ""), std::nullopt);
  EXPECT_NE(passcode_problem("google_meet", "123456"), std::nullopt);
  EXPECT_EQ(passcode_problem("zoom", "123456"), std::nullopt);
  EXPECT_NE(passcode_problem("zoom", "12345a"), std::nullopt);
  EXPECT_EQ(passcode_problem("teams", "abcd1234"), std::nullopt);
  EXPECT_NE(passcode_problem("teams", "abc"), std::nullopt);
}

}  // namespace
}  // namespace bot::domain
