// The sign of life that a worker shows outside of the database (admin-messaging-jobs §3.3).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "server/store/worker_store.hpp"

namespace bot::redis {
class Connection;
}

namespace bot::jobs {

// botrix:worker:health:{id}
std::string health_key(const std::string& worker_id);
// {"worker_id","status","last_heartbeat","current_job","jobs_processed","jobs_succeeded",
// "jobs_failed","uptime_seconds"}
std::string health_text(const store::WorkerRow& worker, UnixMillis now);

// Where a worker shows that it is there. Used by one thread at a time; nothing throws.
class HealthSign {
 public:
  HealthSign() = default;
  HealthSign(const HealthSign&) = delete;
  HealthSign& operator=(const HealthSign&) = delete;
  virtual ~HealthSign() = default;

  // Until then, unless it is shown again.
  virtual void show(const std::string& text, Millis time_to_live) = 0;
  virtual void hide() = 0;
};

// The key in Redis. When that is away nothing is shown; it is tried anew each time.
class RedisHealthSign final : public HealthSign {
 public:
  // REQUIRES: redis::parse_url takes the URL.
  RedisHealthSign(std::string url, const std::string& worker_id);
  ~RedisHealthSign() override;

  void show(const std::string& text, Millis time_to_live) override;
  void hide() override;

 private:
  void run(const std::vector<std::string>& command);

  const std::string url_;
  const std::string key_;
  std::unique_ptr<redis::Connection> connection_;
};

}  // namespace bot::jobs
