// The names and bodies of what goes over Redis (contract §4, the user-scoped channels of S2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/events/bus.hpp"

namespace bot::events {

inline constexpr std::string_view status_channels = "bm:meeting:*:status";
inline constexpr std::string_view transcript_channels = "tc:meeting:*";
inline constexpr std::string_view command_channels = "bot_commands:*";

// bm:meeting:{user}:{platform}:{native id}:status, tc:meeting:{user}:{platform}:{native
// id}:mutable.
std::string channel_of(const Event& event);

// bot_commands:{session_uid}, where bots listen.
std::string command_channel(std::string_view session_uid);
// Whose commands a channel carries; nullopt for any other channel.
std::optional<std::string> session_of_command_channel(std::string_view channel);

// The frame and who published it, so that a server knows its own when it comes back to it.
std::string body_of(const Event& event, std::string_view origin);
// nullopt for what `own_origin` published, and for what is no frame of a user-scoped channel.
std::optional<RelayedFrame> relayed_frame(std::string_view channel,
                                          std::string_view body,
                                          std::string_view own_origin);

}  // namespace bot::events
