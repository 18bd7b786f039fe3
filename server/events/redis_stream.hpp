// One consumer of a Redis stream that several servers share (design §3; contract §4).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/duration.hpp"
#include "drivers/redis/interrupt.hpp"
#include "server/events/stream_entry.hpp"

namespace bot::redis {
class Connection;
}  // namespace bot::redis

namespace bot::events {

// Takes the entries of a stream as one consumer of a group, on a thread of its own. What it was
// given and has not dealt with stays pending in Redis, and is taken over by another consumer, or by
// this one after a restart: an entry may come more than once and must not count twice. Entries that
// were dealt with are deleted, unless another group reads the stream as well. Thread-safe.
class RedisStream {
 public:
  struct Options {
    std::string url;  // REQUIRES: redis::parse_url takes it
    std::string stream;
    std::string group;
    std::string consumer;  // this server, among all of the group
    std::int64_t batch = 50;
    Millis claim_after{10'000};    // an entry of another consumer that has not dealt with it
    Millis forget_after{300'000};  // a consumer that has not come back, when nothing is pending
    Millis upkeep{5'000};          // between looks for such
    Millis wait{5'000};            // at Redis, for the next entry
    Millis retry_pause{500};
    Millis farewell{2'000};  // at the end no entry is handed over later than this
  };
  // On the stream's thread, oldest first. On return they count as dealt with. bot::Unavailable has
  // the same entries come again after a pause, half as many at once; any other exception at once
  // and likewise, until it is known which of them fails: that one counts as dealt with, too.
  using Handler = std::function<void(std::span<const StreamEntry>)>;
  // Told on the stream's thread; may be empty, must not throw.
  struct Hooks {
    // Why it takes nothing any more, for the log; empty: it does again. Once for each change.
    std::function<void(const std::string& problem)> on_problem = {};
    std::function<void(const StreamEntry& entry, const std::string& why)> on_failed_entry = {};
    // At every upkeep.
    std::function<void()> on_upkeep = {};
  };

  RedisStream(Options options, Handler handler, Hooks hooks);
  ~RedisStream();
  RedisStream(const RedisStream&) = delete;
  RedisStream& operator=(const RedisStream&) = delete;

  void start();
  // Returns at once; stop() follows. For several that are to end at the same time.
  void begin_to_stop();
  // Deals with what it was given, if that can be done at once, and leaves the group when nothing is
  // left to it. After this no handler runs.
  void stop();
  bool connected() const { return connected_; }
  // Why it takes nothing although Redis is there, as anybody may be told: the key is no stream, a
  // right is missing. Empty when it does.
  std::string problem() const;
  // Entries that nobody has dealt with, as of the last upkeep; nullopt: not known.
  std::optional<std::int64_t> backlog() const;

 private:
  using Instant = std::chrono::steady_clock::time_point;
  enum class Source { pending, fresh };
  enum class Outcome { dealt_with, not_now, failed };

  void run();
  void follow();
  void say_goodbye();
  void make_group(redis::Connection& connection) const;
  // nullopt: interrupted.
  std::optional<std::vector<StreamEntry>> read(redis::Connection& connection, Source source);
  // Acknowledges what it has handed over. False when it has to stop before all of them were.
  bool deal_with(redis::Connection& connection, std::span<const StreamEntry> entries);
  Outcome hand_over(std::span<const StreamEntry> entries);
  void acknowledge(redis::Connection& connection, std::span<const StreamEntry> entries) const;
  bool may_hand_over();
  // Takes over what others have left; true when there was something.
  bool look_after(redis::Connection& connection);
  void take_stock(redis::Connection& connection);
  bool claim_stale(redis::Connection& connection) const;
  void forget(redis::Connection& connection, std::string_view consumer, Millis idle) const;
  void set_problem(const std::string& why, const std::string& told);
  void pause();

  const Options options_;
  const Handler handler_;
  const Hooks hooks_;
  redis::Interrupt interrupt_;
  // Used by the thread:
  bool only_group_ = false;
  bool gave_up_ = false;
  std::size_t at_once_;
  Instant next_upkeep_{};
  std::optional<Instant> last_call_;
  std::atomic<bool> connected_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<std::int64_t> backlog_{-1};
  mutable std::mutex mutex_;
  std::string problem_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace bot::events
