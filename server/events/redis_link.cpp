#include "server/events/redis_link.hpp"

#include "server/events/redis_channels.hpp"

namespace bot::events {

RedisLink::RedisLink(Options options, Bus& bus, OnCommand on_command, RedisFeed::Gap on_gap)
    : options_(std::move(options)),
      bus_(bus),
      on_command_(std::move(on_command)),
      publisher_({.url = options_.url}),
      feed_(
          {.url = options_.url,
           .patterns = {std::string(status_channels),
                        std::string(transcript_channels),
                        std::string(command_channels)}},
          [this](std::string_view channel, std::string_view body) { hear(channel, body); },
          std::move(on_gap)) {}

void RedisLink::start() {
  subscription_ =
      bus_.subscribe_all([this](const std::shared_ptr<const Event>& event) { publish(*event); });
  feed_.start();
}

void RedisLink::stop() {
  subscription_.reset();
  feed_.stop();
}

void RedisLink::attend(const std::string& session_uid) {
  feed_.attend(command_channel(session_uid));
}

void RedisLink::publish(const Event& event) {
  if (std::holds_alternative<RelayedFrame>(event)) return;
  publisher_.post({channel_of(event), body_of(event, options_.origin)});
}

void RedisLink::hear(std::string_view channel, std::string_view body) {
  if (const auto session = session_of_command_channel(channel)) return on_command_(*session);
  if (auto relayed = relayed_frame(channel, body, options_.origin)) {
    bus_.publish(*std::move(relayed));
  }
}

std::string RedisLink::problem() const {
  return feed_.connected() ? "" : "Redis cannot be reached";
}

}  // namespace bot::events
