#include "server/jobs/worker_health.hpp"

#include <algorithm>
#include <optional>

#include "base/fault.hpp"
#include "base/time_format.hpp"
#include "client/types/json.hpp"
#include "drivers/redis/connection.hpp"

namespace bot::jobs {

std::string health_key(const std::string& worker_id) {
  return "botrix:worker:health:" + worker_id;
}

std::string health_text(const store::WorkerRow& worker, UnixMillis now) {
  const auto& beat = worker.beat;
  return types::dump(
      types::Json{{"worker_id", worker.id},
                  {"status", to_string(beat.status)},
                  {"last_heartbeat", format_time(beat.seen_at)},
                  {"current_job", types::nullable(beat.current_job)},
                  {"jobs_processed", beat.processed},
                  {"jobs_succeeded", beat.succeeded},
                  {"jobs_failed", beat.failed},
                  {"uptime_seconds", std::max<UnixMillis>(now - worker.started_at, 0) / 1000}});
}

RedisHealthSign::RedisHealthSign(std::string url, const std::string& worker_id)
    : url_(std::move(url)), key_(health_key(worker_id)) {}

RedisHealthSign::~RedisHealthSign() = default;

void RedisHealthSign::show(const std::string& text, Millis time_to_live) {
  run({"SET", key_, text, "PX", std::to_string(time_to_live.count())});
}

void RedisHealthSign::hide() {
  run({"DEL", key_});
}

// A connection that was good the last time may have been lost since.
void RedisHealthSign::run(const std::vector<std::string>& command) {
  for (bool fresh = connection_ == nullptr;; fresh = true) {
    try {
      if (connection_ == nullptr) {
        connection_ = std::make_unique<redis::Connection>(
            redis::Options{.address = redis::parse_url(url_).value(),
                           .connect_timeout = Millis{1000},
                           .timeout = Millis{1000}});
      }
      connection_->run(command);
      return;
    } catch (const Fault&) {
      connection_.reset();
      if (fresh) return;
    }
  }
}

}  // namespace bot::jobs
