#include "server/events/redis_channels.hpp"

#include "base/nesting.hpp"
#include "base/text.hpp"
#include "client/types/json.hpp"
#include "server/events/frames.hpp"

namespace bot::events {
namespace {

using types::Json;

constexpr std::string_view command_prefix = "bot_commands:";
constexpr const char* origin_field = "origin";
constexpr const char* meeting_field = "meeting_id";

std::string place(std::int64_t user, const std::string& platform, const std::string& native_id) {
  return "meeting:" + std::to_string(user) + ":" + platform + ":" + native_id;
}

struct ChannelOf {
  std::string operator()(const StatusChanged& change) const {
    return "bm:" + place(change.user_id, change.platform, change.native_meeting_id) + ":status";
  }
  std::string operator()(const TranscriptChanged& change) const {
    return "tc:" + place(change.user_id, change.platform, change.native_meeting_id) + ":mutable";
  }
  std::string operator()(const RelayedFrame&) const { return ""; }
};

std::optional<std::int64_t> user_of_channel(std::string_view channel) {
  const auto parts = split(channel, ':');
  if (parts.size() < 6) return std::nullopt;
  return parse_int(parts[2]);
}

std::string text_in(const Json& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::string channel_of(const Event& event) {
  return std::visit(ChannelOf{}, event);
}

std::string command_channel(std::string_view session_uid) {
  return std::string(command_prefix) + std::string(session_uid);
}

std::optional<std::string> session_of_command_channel(std::string_view channel) {
  if (!channel.starts_with(command_prefix)) return std::nullopt;
  return std::string(channel.substr(command_prefix.size()));
}

std::string body_of(const Event& event, std::string_view origin) {
  auto frame = Json::parse(frame_text(event), nullptr, false);
  frame[meeting_field] = std::visit([](const auto& change) { return change.meeting_id; }, event);
  frame[origin_field] = origin;
  return types::dump(frame);
}

std::optional<RelayedFrame> relayed_frame(std::string_view channel,
                                          std::string_view body,
                                          std::string_view own_origin) {
  const auto user = user_of_channel(channel);
  constexpr std::size_t deepest = 64;
  if (!user || nests_deeper(body, deepest)) return std::nullopt;
  auto frame = Json::parse(body, nullptr, false);
  if (!frame.is_object() || text_in(frame, origin_field) == own_origin) return std::nullopt;
  RelayedFrame relayed;
  relayed.user_id = *user;
  const auto meeting = frame.value("meeting", Json());
  relayed.platform = text_in(meeting, "platform");
  relayed.native_meeting_id = text_in(meeting, "native_id");
  if (relayed.platform.empty() || relayed.native_meeting_id.empty()) return std::nullopt;
  const auto id = frame.find(meeting_field);
  if (id != frame.end() && id->is_number_integer()) relayed.meeting_id = id->get<std::int64_t>();
  frame.erase(meeting_field);
  frame.erase(origin_field);
  relayed.text = types::dump(frame);
  return relayed;
}

}  // namespace bot::events
