#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/clock.hpp"

namespace bot::events {

// A meeting's state or phase has changed, and the change is stored.
struct StatusChanged {
  std::int64_t meeting_id = 0;
  std::int64_t user_id = 0;
  std::string platform;
  std::string native_meeting_id;
  std::string state;  // domain::to_string(MeetingState)
  std::string phase;  // joining, awaiting_admission, needs_human_help; empty: none
  UnixMillis at = 0;

  bool operator==(const StatusChanged&) const = default;
};

struct SpokenSegment {
  double start = 0;  // seconds since the session began
  double end = 0;
  std::string text;
  std::string language;  // empty: not known
  std::string speaker;   // likewise
  UnixMillis absolute_start = 0;
  UnixMillis absolute_end = 0;
  std::string mapping = {};  // how the speaker was found (contract §1.8); empty: the bot said it

  bool operator==(const SpokenSegment&) const = default;
};

// Speech was stored.
struct TranscriptChanged {
  std::int64_t meeting_id = 0;
  std::int64_t user_id = 0;
  std::string platform;
  std::string native_meeting_id;
  std::string session_uid;
  std::vector<SpokenSegment> segments;
  UnixMillis at = 0;

  bool operator==(const TranscriptChanged&) const = default;
};

// What another server of the same service published, in the words of its frame.
struct RelayedFrame {
  std::int64_t meeting_id = 0;  // 0: it did not say
  std::int64_t user_id = 0;
  std::string platform;
  std::string native_meeting_id;
  std::string text;

  bool operator==(const RelayedFrame&) const = default;
};

using Event = std::variant<StatusChanged, TranscriptChanged, RelayedFrame>;

class Bus;

// Ends the subscription with its life. After reset() or destruction the handler is not running and
// never runs again (unless it is the handler itself that ends it).
class Subscription {
 public:
  Subscription() = default;
  Subscription(Subscription&&) noexcept = default;
  Subscription& operator=(Subscription&& other) noexcept;
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  ~Subscription() { reset(); }

  void reset();

 private:
  friend class Bus;
  struct Entry;
  explicit Subscription(std::shared_ptr<Entry> entry) : entry_(std::move(entry)) {}
  std::shared_ptr<Entry> entry_;
};

// What happened, to whoever in this process wants to know. Not a record: what must not be lost is
// in the store. Thread-safe.
class Bus {
 public:
  // Runs on the publisher's thread, which has a request to answer: it must return at once (hand the
  // event on to its own thread) and must not throw.
  using Handler = std::function<void(const std::shared_ptr<const Event>&)>;

  Bus();
  ~Bus();
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  [[nodiscard]] Subscription subscribe_user(std::int64_t user_id, Handler handler);
  [[nodiscard]] Subscription subscribe_meeting(std::int64_t meeting_id, Handler handler);
  [[nodiscard]] Subscription subscribe_all(Handler handler);
  void publish(Event event);

 private:
  friend class Subscription;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace bot::events
