#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/duration.hpp"
#include "drivers/redis/interrupt.hpp"

namespace bot::redis {
class Connection;
}

namespace bot::events {

// Follows channels of a Redis server on a thread of its own, and connects again whenever it has to.
// What is published meanwhile is lost. Thread-safe.
class RedisFeed {
 public:
  struct Options {
    std::string url;  // redis://…; REQUIRES: redis::parse_url takes it
    std::vector<std::string> patterns;
    Millis retry_pause{500};
    Millis silence{5000};  // of a server that then is asked whether it lives
    Millis attendance{90'000};
  };
  // On the feed's thread; must not throw.
  using Handler = std::function<void(std::string_view channel, std::string_view body)>;
  // The same thread, each time it has subscribed, and about every retry_pause while it has not.
  using Gap = std::function<void()>;

  RedisFeed(Options options, Handler handler, Gap on_gap);
  ~RedisFeed();
  RedisFeed(const RedisFeed&) = delete;
  RedisFeed& operator=(const RedisFeed&) = delete;

  // Somebody listens to this channel through us, also seen by PUBSUB CHANNELS; to be said again
  // within Options::attendance. Its messages have to match a pattern all the same.
  void attend(const std::string& channel);

  void start();
  // After this no handler runs.
  void stop();
  bool connected() const { return connected_; }

 private:
  using Instant = std::chrono::steady_clock::time_point;

  void run();
  void follow();
  void pause();
  bool attendance_changed();
  void update_attendance(redis::Connection& connection, std::set<std::string>& subscribed);

  const Options options_;
  const Handler handler_;
  const Gap on_gap_;
  redis::Interrupt interrupt_;
  std::mutex mutex_;
  std::map<std::string, Instant> attended_;  // until when; guarded by mutex_
  bool attendance_changed_ = false;          // likewise
  std::atomic<bool> connected_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace bot::events
