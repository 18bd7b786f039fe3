// One consumer of a Redis stream that several servers share (design §3; contract §4).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "drivers/redis/interrupt.hpp"

namespace bot::redis {
class Connection;
struct Reply;
}  // namespace bot::redis

namespace bot::events {

// Its id is the stream's own: the server's time in milliseconds, and a number in that millisecond.
struct StreamEntry {
  std::string id;
  std::vector<std::pair<std::string, std::string>> fields;  // bytes as they were sent

  // nullptr when there is none of that name.
  const std::string* field(std::string_view name) const;
  // When it was added, by Redis's clock; 0 when the id is none.
  UnixMillis at() const;
  // Grows with each entry of a stream; 0 when the id is none.
  std::int64_t position() const;

  bool operator==(const StreamEntry&) const = default;
};

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
  };
  // On the stream's thread, oldest first. On return they count as dealt with; bot::Unavailable
  // has the same entries come again after a pause. Must throw nothing else.
  using Handler = std::function<void(std::span<const StreamEntry>)>;

  RedisStream(Options options, Handler handler);
  ~RedisStream();
  RedisStream(const RedisStream&) = delete;
  RedisStream& operator=(const RedisStream&) = delete;

  void start();
  // Deals with what it was given, if that can be done at once, and leaves the group when nothing is
  // left to it. After this no handler runs.
  void stop();
  bool connected() const { return connected_; }
  // Why it takes nothing: the key is no stream, the user may not. Empty when it does.
  bool refused() const { return refused_; }

 private:
  using Instant = std::chrono::steady_clock::time_point;
  enum class Source { pending, fresh };

  void run();
  void follow();
  void say_goodbye();
  void make_group(redis::Connection& connection) const;
  // nullopt: interrupted.
  std::optional<std::vector<StreamEntry>> read(redis::Connection& connection, Source source);
  // False when it has to stop before the handler could deal with them.
  bool deal_with(std::span<const StreamEntry> entries);
  void acknowledge(redis::Connection& connection, std::span<const StreamEntry> entries) const;
  // Takes over what others have left; true when there was something.
  bool look_after(redis::Connection& connection);
  bool claim_stale(redis::Connection& connection) const;
  void forget(redis::Connection& connection, std::string_view consumer, Millis idle) const;
  void pause();

  const Options options_;
  const Handler handler_;
  redis::Interrupt interrupt_;
  bool only_group_ = true;  // used by the thread
  Instant next_upkeep_{};   // likewise
  std::atomic<bool> connected_{false};
  std::atomic<bool> refused_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace bot::events
