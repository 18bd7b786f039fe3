#include "cli/service_status.hpp"

#include <algorithm>
#include <cmath>

namespace bot::cli {
namespace {

// A bot waits on this for its next command: how long says nothing about the server.
bool is_long_poll(const types::MetricSample& sample) {
  return sample.label("route").ends_with("/commands") &&
         sample.label("route").starts_with("/bots/internal/");
}

std::optional<double> in_ms(std::optional<double> seconds) {
  if (seconds) *seconds *= 1000;
  return seconds;
}

std::map<std::string, double> that_occurred(std::map<std::string, double> counts) {
  std::erase_if(counts, [](const auto& one) { return one.second == 0; });
  return counts;
}

std::optional<std::map<std::string, ServiceNumbers::Lane>> lanes_of(const types::Metrics& metrics) {
  std::map<std::string, ServiceNumbers::Lane> lanes;
  for (const auto& sample : metrics.samples) {
    if (std::isnan(sample.value)) continue;
    const std::string lane(sample.label("lane"));
    if (sample.name == "botd_queue_oldest_ready_seconds") {
      lanes[lane].oldest_ready_ms = sample.value * 1000;
    }
    if (sample.name != "botd_queue_items") continue;
    const auto status = sample.label("status");
    auto& counts = lanes[lane];
    if (status == "ready") counts.ready = sample.value;
    if (status == "scheduled") counts.scheduled = sample.value;
    if (status == "leased") counts.leased = sample.value;
    if (status == "dead") counts.dead = sample.value;
  }
  if (lanes.empty()) return std::nullopt;
  return lanes;
}

ServiceNumbers::Requests requests_of(const types::Metrics& metrics,
                                     const std::optional<Millis>& uptime) {
  ServiceNumbers::Requests requests;
  requests.total = metrics.sum("botd_http_requests_total").value_or(0);
  for (const auto& [status, count] : metrics.by("botd_http_requests_total", "status")) {
    if (status.starts_with('5')) requests.failed += count;
  }
  if (uptime && uptime->count() > 0) {
    requests.per_second = requests.total * 1000 / static_cast<double>(uptime->count());
  }
  const auto counted = [](const auto& sample) { return !is_long_poll(sample); };
  const auto* durations = "botd_http_request_duration_seconds";
  requests.p50_ms = in_ms(metrics.quantile(durations, 0.5, counted));
  requests.p99_ms = in_ms(metrics.quantile(durations, 0.99, counted));
  return requests;
}

}  // namespace

ServiceNumbers numbers_of(const types::Metrics& metrics, UnixMillis now) {
  ServiceNumbers numbers;
  if (const auto started = metrics.sum("process_start_time_seconds")) {
    const Millis since{now - std::llround(*started * 1000)};
    numbers.uptime = std::max(since, Millis{0});
  }
  numbers.seats_taken = metrics.sum("botd_seats_taken");
  numbers.seats_limit = metrics.sum("botd_seats_limit");
  numbers.bots = metrics.by("botd_live_bots", "state");
  numbers.requests = requests_of(metrics, numbers.uptime);
  numbers.refusals = that_occurred(metrics.by("botd_refusals_total", "reason"));
  numbers.failures = that_occurred(metrics.by("botd_bots_failed_total", "reason"));
  numbers.lanes = lanes_of(metrics);
  if (const auto connected = metrics.sum("botd_redis_connected")) {
    numbers.redis_connected = *connected > 0;
    numbers.redis_p99_ms = in_ms(metrics.quantile(
        "botd_redis_publish_duration_seconds", 0.99, [](const auto&) { return true; }));
  }
  numbers.replicas = metrics.sum("botd_replicas");
  numbers.web_sockets = metrics.sum("botd_websocket_clients");
  return numbers;
}

}  // namespace bot::cli
