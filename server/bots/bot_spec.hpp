#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/bots/reference_bot.hpp"

namespace bot::bots {

// All that a runtime needs to start one bot. `callback_secret` is valid for this session's own
// callbacks only; `meeting_url` holds the meeting's passcode, without which its bot cannot join.
// There is no other secret in here, and none may be added (but what an operator has named for bots
// in `redis_url`): what a bot is given ends in a process environment.
struct BotSpec {
  std::int64_t meeting_id = 0;
  std::int64_t user_id = 0;  // whose meeting; not told to the bot
  std::string session_uid;
  std::string container_id;  // vexa-bot-{meeting_id}-{8 hex}
  std::string platform;
  std::string native_meeting_id;
  std::string bot_name;
  std::string language;  // empty: not set
  std::string task;      // empty: not set
  std::optional<std::string> meeting_url;
  std::string callback_secret;
  std::optional<std::string> redis_url = {};  // where bots of other makers take their commands
  std::vector<std::string> callback_urls;     // origins, tried in turn; only out-of-process bots
  BotClocks clocks = {};
  Script script = Script::normal;
};

// BOT_CONFIG of contract appendix B, with our additions (callbackUrls, callbackSecret, clocks,
// script). One line of JSON.
std::string encode_bot_config(const BotSpec& spec);
// The same back. Foreign fields are ignored; missing clocks keep their defaults.
Result<BotSpec> decode_bot_config(const std::string& text);

// "/bots/internal/callback/{secret}/" + word.
std::string callback_path(const std::string& secret, std::string_view word);

}  // namespace bot::bots
