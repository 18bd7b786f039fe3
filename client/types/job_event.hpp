#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/types/json.hpp"

namespace bot::types {

struct JobEventData {
  std::string job_id;
  std::string status;
  std::int64_t priority = 0;
  std::int64_t progress = 0;
  std::int64_t count = 0;

  bool operator==(const JobEventData&) const = default;
};

void to_json(Json& json, const JobEventData& data);
void from_json(const Json& json, JobEventData& data);

// Something that happened to a job, in the one form that Redis, /ws and HTTP have it in.
struct JobEvent {
  std::int64_t v = 1;    // of this form
  std::int64_t seq = 0;  // grows; what comes after one is asked for with it
  // job_added, status_updated, job_completed, job_failed, job_cancelled, job_deleted
  std::string event;
  std::string job_id;
  std::string status;  // pending, running, completed, failed, cancelled
  std::string timestamp;
  std::optional<std::string> worker_id;
  std::optional<std::string> error;
  JobEventData data;

  bool operator==(const JobEvent&) const = default;
};

void to_json(Json& json, const JobEvent& event);
void from_json(const Json& json, JobEvent& event);

// {"success":true,"events":[…],"next":SEQ}, oldest first: GET /api/jobs/events. `next` is the
// `since` of the next request.
struct JobEventPage {
  std::vector<JobEvent> events;
  std::int64_t next = 0;

  bool operator==(const JobEventPage&) const = default;
};

void to_json(Json& json, const JobEventPage& page);
void from_json(const Json& json, JobEventPage& page);

}  // namespace bot::types
