#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/duration.hpp"
#include "base/result.hpp"

namespace bot::redis {
class Connection;
}

namespace bot::events {

struct RedisMessage {
  std::string channel;
  std::string body;
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

 private:
  using Commands = std::vector<std::vector<std::string>>;

  void run();
  Status send(const std::vector<RedisMessage>& messages);
  void connect();
  void run_commands(const Commands& commands);

  const Options options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<RedisMessage> queue_;  // guarded by mutex_
  bool stopping_ = false;           // likewise
  std::mutex connection_mutex_;
  // Guarded by connection_mutex_:
  std::unique_ptr<redis::Connection> connection_;
  std::string problem_;
  std::chrono::steady_clock::time_point next_attempt_{};
  std::thread thread_;
};

}  // namespace bot::events
