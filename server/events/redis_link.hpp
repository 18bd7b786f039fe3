#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "server/events/bus.hpp"
#include "server/events/redis_feed.hpp"
#include "server/events/redis_publisher.hpp"

namespace bot::events {

// Joins the buses of all servers on one Redis: publishes what happens here, and tells this bus what
// happens elsewhere. Carries events only, never state. Thread-safe.
class RedisLink {
 public:
  struct Options {
    std::string url;
    std::string origin;  // this server, among all on that Redis
  };
  // A command for this session was published by somebody.
  using OnCommand = std::function<void(const std::string& session_uid)>;

  // `on_gap` runs whenever something may have been missed; see RedisFeed.
  RedisLink(Options options, Bus& bus, OnCommand on_command, RedisFeed::Gap on_gap);

  void start();
  void stop();

  // A bot of this session is waiting here for its commands.
  void attend(const std::string& session_uid);

  RedisPublisher& publisher() { return publisher_; }
  const RedisPublisher& publisher() const { return publisher_; }
  // To what others publish.
  bool connected() const { return feed_.connected(); }
  // Empty when everything works; otherwise what anybody may be told. Asks nobody.
  std::string problem() const;

 private:
  void publish(const Event& event);
  void hear(std::string_view channel, std::string_view body);

  const Options options_;
  Bus& bus_;
  const OnCommand on_command_;
  RedisPublisher publisher_;
  RedisFeed feed_;
  Subscription subscription_;
};

}  // namespace bot::events
