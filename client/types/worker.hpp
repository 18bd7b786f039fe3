#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/types/json.hpp"

namespace bot::types {

// A process that works on the queue: an item of GET /admin/workers.
struct Worker {
  std::string worker_id;
  std::string host;
  std::int64_t pid = 0;
  std::string version;
  std::string status;               // running, quiet, stopping, stopped, lost
  std::vector<std::string> queues;  // the lanes it works on
  std::int64_t concurrency = 0;
  std::string started_at;
  std::string last_heartbeat;
  std::optional<std::string> last_progress;  // when it last finished something
  std::optional<std::string> current_job;
  std::int64_t jobs_processed = 0;
  std::int64_t jobs_succeeded = 0;
  std::int64_t jobs_failed = 0;
  std::int64_t uptime_seconds = 0;

  bool operator==(const Worker&) const = default;
};

void to_json(Json& json, const Worker& worker);
void from_json(const Json& json, Worker& worker);

// {"workers":[…]}, by id.
struct WorkerList {
  std::vector<Worker> workers;

  bool operator==(const WorkerList&) const = default;
};

void to_json(Json& json, const WorkerList& list);
void from_json(const Json& json, WorkerList& list);

}  // namespace bot::types
