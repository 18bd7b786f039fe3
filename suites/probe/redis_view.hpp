#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "drivers/redis/connection.hpp"

namespace bot::probe {

// What the service does in Redis from now on: commands that it publishes, keys that it makes.
// Thread-safe. Throws bot::Unavailable when Redis is away, also from the constructor, and
// invalid_argument's sentence as bot::Fault for a URL that is none.
class RedisView {
 public:
  explicit RedisView(const std::string& url);
  ~RedisView();
  RedisView(const RedisView&) = delete;
  RedisView& operator=(const RedisView&) = delete;

  // Throws bot::Unavailable when the subscription was lost meanwhile: some may be missing.
  std::vector<std::string> published(const std::string& session_uid);
  // Sorted.
  std::vector<std::string> new_keys();

 private:
  void listen();

  const redis::Options options_;
  redis::Connection listening_;
  const std::set<std::string> known_;
  std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> heard_;  // by channel; guarded by mutex_
  std::string lost_;                                       // why; guarded by mutex_
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace bot::probe
