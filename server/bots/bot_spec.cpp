#include "server/bots/bot_spec.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace bot::bots {

namespace {

using Json = nlohmann::ordered_json;

Json encode_clocks(const BotClocks& clocks) {
  return Json{{"join_ms", clocks.join_delay.count()},
              {"heartbeat_ms", clocks.heartbeat_interval.count()},
              {"segment_ms", clocks.segment_interval.count()},
              {"leave_ms", clocks.leave_delay.count()},
              {"orphan_ms", clocks.orphan_timeout.count()}};
}

BotClocks decode_clocks(const Json& json) {
  BotClocks clocks;
  const auto read = [&json](const char* name, Millis& into) {
    into = Millis{json.value(name, into.count())};
  };
  read("join_ms", clocks.join_delay);
  read("heartbeat_ms", clocks.heartbeat_interval);
  read("segment_ms", clocks.segment_interval);
  read("leave_ms", clocks.leave_delay);
  read("orphan_ms", clocks.orphan_timeout);
  return clocks;
}

BotSpec decode(const Json& json) {
  BotSpec spec;
  spec.meeting_id = json.at("meeting_id").get<std::int64_t>();
  spec.session_uid = json.at("connectionId").get<std::string>();
  spec.container_id = json.at("container_name").get<std::string>();
  spec.platform = json.at("platform").get<std::string>();
  spec.native_meeting_id = json.at("nativeMeetingId").get<std::string>();
  spec.bot_name = json.value("botName", "");
  spec.language = json.value("language", "");
  spec.task = json.value("task", "");
  if (json.contains("meetingUrl")) spec.meeting_url = json.at("meetingUrl").get<std::string>();
  spec.callback_secret = json.at("callbackSecret").get<std::string>();
  spec.callback_urls = json.at("callbackUrls").get<std::vector<std::string>>();
  if (json.contains("clocks")) spec.clocks = decode_clocks(json.at("clocks"));
  if (json.contains("script")) {
    const auto script = parse_script(json.at("script").get<std::string>());
    if (script) spec.script = *script;
  }
  return spec;
}

}  // namespace

std::string callback_path(const std::string& secret, std::string_view word) {
  return "/bots/internal/callback/" + secret + "/" + std::string(word);
}

std::string encode_bot_config(const BotSpec& spec) {
  Json json{{"meeting_id", spec.meeting_id}, {"platform", spec.platform}};
  if (spec.meeting_url) json["meetingUrl"] = *spec.meeting_url;
  json["botName"] = spec.bot_name;
  // Where the original had the user's API key.
  json["token"] = spec.callback_secret;
  json["nativeMeetingId"] = spec.native_meeting_id;
  json["connectionId"] = spec.session_uid;
  if (!spec.language.empty()) json["language"] = spec.language;
  if (!spec.task.empty()) json["task"] = spec.task;
  if (spec.redis_url) json["redisUrl"] = *spec.redis_url;
  json["container_name"] = spec.container_id;
  json["automaticLeave"] = {{"waitingRoomTimeout", 300000},
                            {"noOneJoinedTimeout", 120000},
                            {"everyoneLeftTimeout", 60000}};
  if (!spec.callback_urls.empty()) {
    json["botManagerCallbackUrl"] =
        spec.callback_urls.front() + callback_path(spec.callback_secret, "exited");
  }
  json["callbackUrls"] = spec.callback_urls;
  json["callbackSecret"] = spec.callback_secret;
  json["clocks"] = encode_clocks(spec.clocks);
  json["script"] = name_of(spec.script);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<BotSpec> decode_bot_config(const std::string& text) {
  try {
    return decode(Json::parse(text));
  } catch (const Json::exception& mismatch) {
    // The library's own sentence may quote the text, which holds the secret.
    return Error{.code = Errc::invalid_argument,
                 .message = "BOT_CONFIG is not a bot's configuration (JSON error " +
                            std::to_string(mismatch.id) + ")",
                 .hint = "botd sets it when it starts a bot; it is not meant to be typed"};
  }
}

}  // namespace bot::bots
