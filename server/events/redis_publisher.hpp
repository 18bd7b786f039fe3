#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/duration.hpp"
#include "base/histogram.hpp"
#include "base/result.hpp"

namespace bot::redis {
class Connection;
}

namespace bot::events {

struct RedisMessage {
  std::string channel;
  std::string body;
};

// How publishing goes, since the start.
struct PublishStatistics {
  std::uint64_t published = 0;
  std::uint64_t failed = 0;   // the server was away
  std::uint64_t dropped = 0;  // too many waited
  // From being sent to the server's answer, each of one flight of messages.
  Histogram<12> seconds{
      .bounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5}};
};

// Publishes on a Redis server. Thread-safe.
class RedisPublisher {
 public:
  struct Options {
    std::string url;  // REQUIRES: redis::parse_url takes it
    std::size_t longest_queue = 10'000;
    Millis retry_pause{500};
  };

  explicit RedisPublisher(Options options);
  ~RedisPublisher();
  RedisPublisher(const RedisPublisher&) = delete;
  RedisPublisher& operator=(const RedisPublisher&) = delete;

  // Soon, by a thread of its own, in the order of the calls; lost when the server is away or too
  // many wait.
  void post(RedisMessage message);
  // Now. Errors: unavailable, with the reason; then it may or may not have been published.
  Status publish(const RedisMessage& message);

  PublishStatistics statistics() const;

 private:
  using Commands = std::vector<std::vector<std::string>>;

  void run();
  Status send(const std::vector<RedisMessage>& messages);
  void connect();
  void run_commands(const Commands& commands);

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<RedisMessage> queue_;  // guarded by mutex_
  bool stopping_ = false;           // likewise
  PublishStatistics statistics_;    // likewise
  std::mutex connection_mutex_;
  // Guarded by connection_mutex_:
  std::unique_ptr<redis::Connection> connection_;
  std::string problem_;
  std::chrono::steady_clock::time_point next_attempt_{};
  std::thread thread_;
};

}  // namespace bot::events
