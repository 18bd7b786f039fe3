#include "server/jobs/job.hpp"

#include "base/text.hpp"
#include "client/types/json.hpp"

namespace bot::jobs {

std::string_view to_string(JobStatus status) {
  switch (status) {
    case JobStatus::pending:
      return "pending";
    case JobStatus::running:
      return "running";
    case JobStatus::completed:
      return "completed";
    case JobStatus::failed:
      return "failed";
    case JobStatus::cancelled:
      return "cancelled";
  }
  return "failed";
}

std::optional<JobStatus> parse_job_status(std::string_view name) {
  if (name == "processing") return JobStatus::running;
  for (const auto status : {JobStatus::pending,
                            JobStatus::running,
                            JobStatus::completed,
                            JobStatus::failed,
                            JobStatus::cancelled}) {
    if (name == to_string(status)) return status;
  }
  return std::nullopt;
}

JobStatus status_of(const queue::Item& item) {
  switch (item.status) {
    case queue::ItemStatus::ready:
      return JobStatus::pending;
    case queue::ItemStatus::leased:
      return JobStatus::running;
    case queue::ItemStatus::done:
      return item.cancelled_at ? JobStatus::cancelled : JobStatus::completed;
    case queue::ItemStatus::dead:
      return JobStatus::failed;
  }
  return JobStatus::failed;
}

std::optional<Priority> parse_priority(std::string_view name) {
  if (iequals(name, "low")) return Priority::low;
  if (iequals(name, "normal")) return Priority::normal;
  if (iequals(name, "high")) return Priority::high;
  return std::nullopt;
}

std::optional<std::string> job_id_of(const queue::Item& item) {
  const auto payload = nlohmann::json::parse(item.payload, nullptr, false);
  if (!payload.is_object()) return std::nullopt;
  const auto id = payload.find("job_id");
  if (id == payload.end() || !id->is_string()) return std::nullopt;
  return id->get<std::string>();
}

}  // namespace bot::jobs
