// What the tests of the dispatcher have in common.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/queue/dispatcher.hpp"
#include "server/queue/queue.hpp"
#include "tests/fakes/base/manual_clock.hpp"

namespace bot::queue {

// Something that threads report to and a test waits for.
class Journal {
 public:
  void note(const std::string& entry) {
    {
      const std::lock_guard lock(mutex_);
      entries_.push_back(entry);
    }
    changed_.notify_all();
  }
  std::vector<std::string> wait_for(std::size_t n) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return entries_.size() >= n; });
    return entries_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> entries_;
};

class DispatcherCase : public testing::Test {
 protected:
  DispatcherOptions options() const { return {.owner = "this machine"}; }

  std::int64_t add(const std::string& kind, std::optional<UnixMillis> run_at = {}) {
    return *database_.write([&](sql::Connection& connection) {
      return enqueue(connection,
                     {.lane = "lane", .kind = kind, .run_at = run_at, .max_attempts = 3},
                     clock_.now_ms());
    });
  }
  Item item(std::int64_t id) {
    return *database_.read([&](sql::Connection& connection) { return find(connection, id); });
  }
  // Until the item is in that state, or the time for it is over.
  Item wait_for(std::int64_t id, ItemStatus status) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    auto found = item(id);
    while (found.status != status && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
      found = item(id);
    }
    EXPECT_EQ(found.status, status);
    return found;
  }

  ManualClock clock_;
  store::Database database_{{.path = ":memory:"}, clock_};
  Journal journal_;
};

}  // namespace bot::queue
