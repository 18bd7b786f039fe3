#include "client/types/worker.hpp"

namespace bot::types {

void to_json(Json& json, const Worker& worker) {
  json = Json{{"worker_id", worker.worker_id},
              {"host", worker.host},
              {"pid", worker.pid},
              {"version", worker.version},
              {"status", worker.status},
              {"queues", worker.queues},
              {"concurrency", worker.concurrency},
              {"started_at", worker.started_at},
              {"last_heartbeat", worker.last_heartbeat},
              {"last_progress", nullable(worker.last_progress)},
              {"current_job", nullable(worker.current_job)},
              {"jobs_processed", worker.jobs_processed},
              {"jobs_succeeded", worker.jobs_succeeded},
              {"jobs_failed", worker.jobs_failed},
              {"uptime_seconds", worker.uptime_seconds}};
}

void from_json(const Json& json, Worker& worker) {
  read(json, "worker_id", worker.worker_id);
  read(json, "host", worker.host);
  read(json, "pid", worker.pid);
  read(json, "version", worker.version);
  read(json, "status", worker.status);
  read(json, "queues", worker.queues);
  read(json, "concurrency", worker.concurrency);
  read(json, "started_at", worker.started_at);
  read(json, "last_heartbeat", worker.last_heartbeat);
  read(json, "last_progress", worker.last_progress);
  read(json, "current_job", worker.current_job);
  read(json, "jobs_processed", worker.jobs_processed);
  read(json, "jobs_succeeded", worker.jobs_succeeded);
  read(json, "jobs_failed", worker.jobs_failed);
  read(json, "uptime_seconds", worker.uptime_seconds);
}

void to_json(Json& json, const WorkerList& list) {
  json = Json{{"workers", list.workers}};
}

void from_json(const Json& json, WorkerList& list) {
  read(json, "workers", list.workers);
}

}  // namespace bot::types
