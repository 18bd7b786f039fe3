#include "server/jobs/mirror_texts.hpp"

#include <algorithm>
#include <utility>

#include "base/time_format.hpp"
#include "server/jobs/wire.hpp"

namespace bot::jobs {
namespace {

using types::Json;

std::string status_key(const std::string& id) {
  return "botrix:jobs:status:" + id;
}

std::string error_key(const std::string& id) {
  return status_key(id) + ":error";
}

std::string data_key(const std::string& id) {
  return "botrix:jobs:data:" + id;
}

std::string results_key(const std::string& id) {
  return "botrix:jobs:results:" + id;
}

}  // namespace

std::string queued_text(const QueuedJob& job) {
  return types::dump(Json{{"id", job.id},
                          {"count", job.count},
                          {"username", types::nullable(job.username)},
                          {"priority", job.priority},
                          {"status", to_string(JobStatus::pending)},
                          {"created_at", format_time(job.created_at)},
                          {"retry_count", job.attempts}});
}

std::string job_text(const JobRow& job) {
  return types::dump(Json(to_wire(job)));
}

std::string results_text(const JobPicture& picture) {
  auto accounts = Json::array();
  for (const auto& account : picture.accounts) {
    Json shown = to_wire(account);
    shown.erase("email");
    shown.erase("token_shown");
    accounts.push_back(std::move(shown));
  }
  Json results{{"accounts_created", picture.job.successful}, {"accounts", accounts}};
  if (picture.job.error_msg) results["errors"] = Json::array({*picture.job.error_msg});
  types::write_if_set(results, "completed_at", time_or_null(picture.job.finished_at));
  return types::dump(results);
}

void show_job(const JobPicture& picture, UnixMillis now, Commands& commands) {
  const auto& job = picture.job;
  const bool finished = is_finished(job.status);
  const auto age = finished && job.finished_at ? (now - *job.finished_at) / 1000 : 0;
  const auto left = std::to_string(std::max<std::int64_t>(redis_ttl_seconds - age, 1));
  const auto set = [&](const std::string& key, std::string text) {
    commands.push_back({"SET", key, std::move(text)});
    if (finished) commands.back().insert(commands.back().end(), {"EX", left});
  };
  commands.push_back(
      {job.status == JobStatus::running ? "SADD" : "SREM", std::string(processing_key), job.id});
  set(status_key(job.id), std::string(to_string(job.status)));
  set(data_key(job.id), job_text(job));
  if (job.error_msg) {
    set(error_key(job.id), *job.error_msg);
  } else {
    commands.push_back({"DEL", error_key(job.id)});
  }
  if (finished) {
    set(results_key(job.id), results_text(picture));
  } else {
    commands.push_back({"DEL", results_key(job.id)});
  }
}

void hide_job(const std::string& id, Commands& commands) {
  commands.push_back({"SREM", std::string(processing_key), id});
  commands.push_back({"DEL", status_key(id), error_key(id), data_key(id), results_key(id)});
}

}  // namespace bot::jobs
