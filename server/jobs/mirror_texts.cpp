#include "server/jobs/mirror_texts.hpp"

#include <algorithm>
#include <set>
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

UnixMillis shown_since(UnixMillis now) {
  return now - 1000 * redis_ttl_seconds;
}

std::string queued_text(const QueuedJob& queued) {
  const auto& job = queued.job;
  return types::dump(Json{{"id", job.id},
                          {"count", job.units},
                          {"username", types::nullable(job.username)},
                          {"priority", job.priority},
                          {"status", to_string(JobStatus::pending)},
                          {"created_at", format_time(job.created_at)},
                          {"retry_count", queued.attempts}});
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
  if (picture.truncated) results["truncated"] = true;
  if (picture.job.error_msg) results["errors"] = Json::array({*picture.job.error_msg});
  types::write_if_set(results, "completed_at", time_or_null(picture.job.finished_at));
  return types::dump(results);
}

void show_job(const JobPicture& picture, UnixMillis now, Commands& commands) {
  const auto& job = picture.job;
  const bool finished = is_finished(job.status);
  if (finished && job.finished_at.value_or(now) <= shown_since(now))
    return hide_job(job.id, commands);
  const auto age = (now - job.finished_at.value_or(now)) / 1000;
  const auto left = std::to_string(std::min(redis_ttl_seconds - age, redis_ttl_seconds));
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

void show_news(const NewsPage& page, UnixMillis now, Commands& commands) {
  std::set<std::string> gone;
  for (const auto& unpublished : page.events)
    gone.insert(unpublished.event.job_id);
  for (const auto& picture : page.jobs) {
    gone.erase(picture.job.id);
    show_job(picture, now, commands);
  }
  for (const auto& id : gone)
    hide_job(id, commands);
  for (const auto& unpublished : page.events) {
    if (unpublished.at <= shown_since(now)) continue;
    commands.push_back(
        {"PUBLISH", std::string(updates_channel), types::dump(Json(unpublished.event))});
  }
}

}  // namespace bot::jobs
