#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "server/bots/runtime.hpp"

namespace bot::bots {

// Remembers the ends that a runtime tells. Thread-safe.
class Exits final : public ExitListener {
 public:
  bool bot_exited(std::int64_t meeting_id,
                  const std::string& session_uid,
                  const ExitStatus& status) override {
    const std::scoped_lock lock(mutex_);
    seen_.push_back({meeting_id, session_uid, status});
    changed_.notify_all();
    return true;
  }

  struct Seen {
    std::int64_t meeting_id;
    std::string session_uid;
    ExitStatus status;
  };
  // The last one, as soon as there are so many; nothing when there are not within that time.
  std::optional<Seen> wait(Millis at_most = std::chrono::seconds(20), std::size_t many = 1) {
    std::unique_lock lock(mutex_);
    const bool there = changed_.wait_for(lock, at_most, [&, this] { return seen_.size() >= many; });
    return there ? std::optional(seen_.back()) : std::nullopt;
  }
  std::size_t count() {
    const std::scoped_lock lock(mutex_);
    return seen_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Seen> seen_;
};

}  // namespace bot::bots
