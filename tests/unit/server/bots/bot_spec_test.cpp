#include "server/bots/bot_spec.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace bot::bots {
namespace {

BotSpec sample() {
  BotSpec spec;
  spec.meeting_id = 7;
  spec.session_uid = "0c3e5d0a-6a3c-4a3f-9d5f-0f5a2b1c9e11";
  spec.container_id = "vexa-bot-7-0badcafe";
  spec.platform = "google_meet";
  spec.native_meeting_id = "aaa-bbbb-ccc";
  spec.bot_name = "Scribe \"quoted\"";
  spec.language = "fr";
  spec.callback_secret = "s3cret";
  spec.callback_urls = {"http://127.0.0.1:8056", "http://127.0.0.1:8057"};
  spec.clocks.join_delay = Millis{123};
  spec.script = Script::silent;
  return spec;
}

TEST(BotSpec, SurvivesTheEnvironment) {
  const BotSpec sent = sample();
  const auto got = decode_bot_config(encode_bot_config(sent));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->meeting_id, sent.meeting_id);
  EXPECT_EQ(got->session_uid, sent.session_uid);
  EXPECT_EQ(got->container_id, sent.container_id);
  EXPECT_EQ(got->bot_name, sent.bot_name);
  EXPECT_EQ(got->language, sent.language);
  EXPECT_EQ(got->task, "");
  EXPECT_EQ(got->callback_secret, sent.callback_secret);
  EXPECT_EQ(got->callback_urls, sent.callback_urls);
  EXPECT_EQ(got->clocks, sent.clocks);
  EXPECT_EQ(got->script, sent.script);
}

TEST(BotSpec, HasTheKeysThatForeignBotsRead) {
  const auto json = nlohmann::json::parse(encode_bot_config(sample()));
  EXPECT_EQ(json.at("connectionId"), "0c3e5d0a-6a3c-4a3f-9d5f-0f5a2b1c9e11");
  EXPECT_EQ(json.at("botManagerCallbackUrl"),
            "http://127.0.0.1:8056/bots/internal/callback/s3cret/exited");
  // What the original has the user's key for is good for this session only.
  EXPECT_EQ(json.at("token"), "s3cret");
  EXPECT_FALSE(json.contains("redisUrl"));
  EXPECT_FALSE(json.contains("task"));
}

TEST(BotSpec, RefusesAnythingElseWithoutQuotingIt) {
  for (const auto* text :
       {"", "{}", "[1]", "{\"callbackSecret\":\"s3cret\"", "{\"meeting_id\":\"x\"}"}) {
    const auto got = decode_bot_config(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().message.find("s3cret"), std::string::npos);
  }
}

}  // namespace
}  // namespace bot::bots
