#include "server/jobs/job_settings.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "server/store/setting_store.hpp"
#include "server/store/worker_store.hpp"

namespace bot::jobs {
namespace {

constexpr std::string_view max_retries_key = "jobs.max_retries";
constexpr std::string_view time_limit_key = "jobs.time_limit_ms";

std::optional<std::int64_t> number(sql::Connection& connection, std::string_view key) {
  const auto text = store::SettingStore(connection).find(key);
  return text ? parse_int(*text) : std::nullopt;
}

}  // namespace

JobSettings read_settings(sql::Connection& connection) {
  JobSettings settings{.max_retries = number(connection, max_retries_key),
                       .time_limit = std::nullopt};
  if (const auto limit = number(connection, time_limit_key)) settings.time_limit = Millis{*limit};
  return settings;
}

void write_settings(sql::Connection& connection, const JobSettings& settings) {
  store::SettingStore stored(connection);
  if (settings.max_retries) stored.put(max_retries_key, std::to_string(*settings.max_retries));
  if (settings.time_limit) {
    stored.put(time_limit_key, std::to_string(settings.time_limit->count()));
  }
}

JobRules rules_now(sql::Connection& connection, const JobRules& started_with) {
  const auto settings = read_settings(connection);
  return {.max_retries = settings.max_retries.value_or(started_with.max_retries),
          .time_limit = settings.time_limit.value_or(started_with.time_limit)};
}

std::int64_t count_workers(sql::Connection& connection, UnixMillis now) {
  const auto workers = store::WorkerStore(connection).all();
  return std::count_if(workers.begin(), workers.end(), [now](const store::WorkerRow& worker) {
    return worker.beat.status != store::WorkerStatus::stopped && !worker.is_lost(now);
  });
}

}  // namespace bot::jobs
