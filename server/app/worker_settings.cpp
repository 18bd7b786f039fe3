// What `botd worker` and `botd health` can be told.
#include <algorithm>
#include <array>
#include <utility>

#include "base/service_url.hpp"
#include "server/app/config.hpp"
#include "server/app/setting_kinds.hpp"
#include "server/jobs/job.hpp"
#include "server/webhooks/event.hpp"

namespace bot::app {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 2> queues = {
    {{"jobs", jobs::lane}, {"webhooks", webhooks::lane}}};

Setting also_from(std::string variable, Setting setting) {
  setting.also = std::move(variable);
  return setting;
}

// As the server has it.
Setting of_serve(const std::string& name) {
  const auto& all = settings();
  return *std::find_if(
      all.begin(), all.end(), [&](const auto& setting) { return setting.name == name; });
}

Status read_worker_id(Config& config, const std::string& value) {
  constexpr std::size_t longest = 64;
  const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
    const auto lower = c | 0x20;
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
  if (value.size() > longest || !plain) {
    return bad_value("an id is at most 64 letters, digits, dots, hyphens and underscores");
  }
  config.worker_id = value;
  return Unit{};
}

Setting worker_id(std::string help) {
  return also_from("WORKER_ID",
                   {.name = "worker-id",
                    .placeholder = "ID",
                    .help = std::move(help),
                    .read = read_worker_id,
                    .show = [](const Config& config) { return config.worker_id; }});
}

Status read_interval(Config& config, const std::string& value) {
  const auto interval = parse_duration_or_seconds(value);
  if (!interval) return interval.error();
  if (*interval < Millis{1000}) return bad_value("must be a second at least");
  config.health_check_interval = *interval;
  return Unit{};
}

Status read_retries(Config& config, const std::string& value) {
  constexpr std::int64_t most = 100;
  config.max_retries.reset();
  if (value.empty()) return Unit{};
  const auto parsed = parse_int(value);
  if (!parsed || *parsed < 0 || *parsed > most)
    return bad_value("'" + value + "' is not a number from 0 to " + std::to_string(most));
  config.max_retries = *parsed;
  return Unit{};
}

Status read_queues(Config& config, const std::string& value) {
  config.queues.clear();
  for (const auto part : split(value, ',')) {
    const std::string name(trim(part));
    if (lane_of_queue(name).empty()) {
      return bad_value("'" + name + "' is none of jobs, webhooks", "for example --queues jobs");
    }
    if (std::find(config.queues.begin(), config.queues.end(), name) == config.queues.end())
      config.queues.push_back(name);
  }
  return Unit{};
}

Status read_server_url(Config& config, const std::string& value) {
  if (value.empty()) return Unit{};
  if (auto web = check_service_url(value, {"http", "https"}); !web) return web;
  config.server_url = value;
  return Unit{};
}

std::vector<Setting> make_worker_settings() {
  return {
      worker_id("The name of this worker; a worker that starts again under it takes up at once "
                "what it had. Without it, one that nobody else has"),
      of_serve("database-url"),
      of_serve("database-connections"),
      also_from("REDIS_URL", of_serve("redis-url")),
      also_from("MAX_RETRIES",
                {.name = "max-retries",
                 .placeholder = "N",
                 .help = "How often what this worker takes is tried again after it failed. Without "
                         "it, as often as PUT /api/settings says",
                 .read = read_retries,
                 .show =
                     [](const Config& config) {
                       return config.max_retries ? std::to_string(*config.max_retries) : "";
                     }}),
      also_from(
          "HEALTH_CHECK_INTERVAL",
          {.name = "health-check-interval",
           .placeholder = "DURATION",
           .help = "How often the worker says that it lives; a bare number is seconds",
           .read = read_interval,
           .show =
               [](const Config& config) { return format_duration(config.health_check_interval); }}),
      number("concurrency", "How many jobs it works on at once", &Config::concurrency, 1, 256),
      {.name = "queues",
       .placeholder = "LIST",
       .help = "What it works on: jobs, webhooks, or both with a comma",
       .read = read_queues,
       .show = [](const Config& config) { return join(config.queues, ","); }},
      duration("shutdown-grace",
               "How long a shutdown may take; what is not done by then goes back to the queue",
               &Config::shutdown_grace,
               Zero::refused),
      of_serve("account-domain"),
      of_serve("allow-private-targets"),
      of_serve("log-format"),
      also_from("LOG_LEVEL", of_serve("log-level")),
  };
}

std::vector<Setting> make_health_settings() {
  return {
      worker_id("The worker that is asked about; without it, a server is"),
      {.name = "url",
       .placeholder = "URL",
       .help = "The server; by default the one that runs on the data directory",
       .read = read_server_url,
       .show = [](const Config& config) { return config.server_url; }},
      of_serve("data-dir"),
      of_serve("database-url"),
      also_from("REDIS_URL", of_serve("redis-url")),
  };
}

}  // namespace

std::string lane_of_queue(std::string_view name) {
  for (const auto& [queue, lane] : queues) {
    if (queue == name) return std::string(lane);
  }
  return "";
}

const std::vector<Setting>& worker_settings() {
  static const std::vector<Setting> all = make_worker_settings();
  return all;
}

const std::vector<Setting>& health_settings() {
  static const std::vector<Setting> all = make_health_settings();
  return all;
}

}  // namespace bot::app
