#include "client/types/job_event.hpp"

namespace bot::types {

void to_json(Json& json, const JobEventData& data) {
  json = Json{{"job_id", data.job_id},
              {"status", data.status},
              {"priority", data.priority},
              {"progress", data.progress},
              {"count", data.count}};
}

void from_json(const Json& json, JobEventData& data) {
  read_if_there(json, "job_id", data.job_id);
  read_if_there(json, "status", data.status);
  read_if_there(json, "priority", data.priority);
  read_if_there(json, "progress", data.progress);
  read_if_there(json, "count", data.count);
}

void to_json(Json& json, const JobEvent& event) {
  json = Json{{"v", event.v},
              {"seq", event.seq},
              {"event", event.event},
              {"job_id", event.job_id},
              {"status", event.status},
              {"timestamp", event.timestamp},
              {"worker_id", nullable(event.worker_id)},
              {"error", nullable(event.error)},
              {"data", event.data}};
}

void from_json(const Json& json, JobEvent& event) {
  read_if_there(json, "v", event.v);
  read(json, "seq", event.seq);
  read(json, "event", event.event);
  read(json, "job_id", event.job_id);
  read(json, "status", event.status);
  read_if_there(json, "timestamp", event.timestamp);
  read(json, "worker_id", event.worker_id);
  read(json, "error", event.error);
  read_if_there(json, "data", event.data);
}

void to_json(Json& json, const JobEventPage& page) {
  json = Json{{"success", true}, {"events", page.events}, {"next", page.next}};
}

void from_json(const Json& json, JobEventPage& page) {
  read(json, "events", page.events);
  read(json, "next", page.next);
}

}  // namespace bot::types
