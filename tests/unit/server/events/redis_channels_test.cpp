#include "server/events/redis_channels.hpp"

#include <gtest/gtest.h>

#include "client/types/json.hpp"
#include "server/events/frames.hpp"

namespace bot::events {
namespace {

const StatusChanged change{7, 3, "google_meet", "abc:d", "active", "", 1'700'000'000'000};

TEST(RedisChannels, AreScopedToTheUser) {
  EXPECT_EQ(channel_of(change), "bm:meeting:3:google_meet:abc:d:status");
  EXPECT_EQ(channel_of(TranscriptChanged{7, 3, "zoom", "123", "uid", {}, 0}),
            "tc:meeting:3:zoom:123:mutable");
}

TEST(RedisChannels, OfCommandsNameTheirSession) {
  EXPECT_EQ(command_channel("uid-1"), "bot_commands:uid-1");
  EXPECT_EQ(session_of_command_channel("bot_commands:uid-1"), "uid-1");
  EXPECT_EQ(session_of_command_channel("bm:meeting:3:zoom:123:status"), std::nullopt);
}

TEST(RedisChannels, AnotherServerGetsTheVeryFrameThatSubscribersGetHere) {
  const auto relayed = relayed_frame(channel_of(change), body_of(change, "here"), "there");

  ASSERT_TRUE(relayed.has_value());
  EXPECT_EQ(relayed->user_id, 3);
  EXPECT_EQ(relayed->meeting_id, 7);
  EXPECT_EQ(relayed->platform, "google_meet");
  EXPECT_EQ(relayed->native_meeting_id, "abc:d");
  EXPECT_EQ(types::Json::parse(relayed->text), types::Json::parse(frame_text(change)));
}

TEST(RedisChannels, AServerDoesNotHearItself) {
  EXPECT_FALSE(relayed_frame(channel_of(change), body_of(change, "here"), "here"));
}

TEST(RedisChannels, WhatIsNoFrameIsPassedOver) {
  const auto channel = channel_of(change);
  for (const auto* body : {"",
                           "[]",
                           "null",
                           "{",
                           "{}",
                           R"({"meeting":3})",
                           R"({"meeting":{}})",
                           R"({"meeting":{"platform":"zoom","native_id":3}})"})
    EXPECT_FALSE(relayed_frame(channel, body, "here")) << body;
  EXPECT_FALSE(relayed_frame("bm:meeting:zoom:123:status", body_of(change, "here"), "there"));
  EXPECT_FALSE(relayed_frame("bm:meeting:x:zoom:123:status", body_of(change, "here"), "there"));
}

}  // namespace
}  // namespace bot::events
