#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "server/app/config.hpp"
#include "server/app/log.hpp"
#include "server/app/witness.hpp"
#include "server/events/redis_feed.hpp"
#include "server/jobs/worker.hpp"
#include "server/queue/listeners.hpp"
#include "server/store/database.hpp"

namespace bot::app {

// What a worker stands on; must outlive it.
struct WorkerParts {
  store::Database& database;
  const Clock& clock;
  const Config& config;
  Log& log;
  Witness& witness;
  const queue::Listeners& listeners;
};

// What distinguishes the worker inside a server from one of its own.
struct WorkerRole {
  std::string id;
  std::vector<std::string> queues;  // names that lane_of_queue takes
  // Stamped on the jobs that it takes; absent: each has its own.
  std::optional<std::int64_t> max_attempts = {};
  jobs::WorkerOptions::Elsewhere elsewhere = jobs::WorkerOptions::Elsewhere::replaced;
  // It is wanted to end; on a thread of the worker's. Empty: it only takes nothing more.
  std::function<void()> on_end = {};
};

// A worker with its handlers, its sign of life in Redis and its ear for what others enqueue.
class WorkerUnit {
 public:
  WorkerUnit(const WorkerParts& parts, const WorkerRole& role);
  ~WorkerUnit();
  WorkerUnit(const WorkerUnit&) = delete;
  WorkerUnit& operator=(const WorkerUnit&) = delete;

  // As jobs::Worker.
  Status start();
  bool stop(Millis limit);
  void quiet() { worker_.quiet(); }
  store::WorkerRow row() const { return worker_.row(); }
  bool hangs() const { return worker_.hangs(); }
  // Something in this lane can run now, and that is committed.
  void wake(std::string_view lane) { worker_.dispatcher().wake(lane); }
  void notice_cancel(std::int64_t item_id) { worker_.dispatcher().notice_cancel(item_id); }

 private:
  jobs::WorkerOptions options(const WorkerParts& parts, const WorkerRole& role);
  void register_handlers(const WorkerParts& parts, const WorkerRole& role);
  std::unique_ptr<events::RedisFeed> make_feed(const std::string& url);

  const std::vector<std::string> lanes_;
  std::unique_ptr<jobs::HealthSign> sign_;  // null: without Redis
  jobs::Worker worker_;
  std::unique_ptr<events::RedisFeed> feed_;  // likewise
};

}  // namespace bot::app
