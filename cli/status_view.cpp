#include "cli/status_view.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/duration.hpp"
#include "base/text.hpp"

namespace bot::cli {
namespace {

using types::Json;

// Names of states in the order in which bots pass them.
constexpr std::array live_states = {"reserved", "starting", "active", "stopping"};

ServiceNumbers::Lane sum_of(const std::map<std::string, ServiceNumbers::Lane>& lanes) {
  ServiceNumbers::Lane sum;
  for (const auto& [name, lane] : lanes) {
    sum.ready += lane.ready;
    sum.scheduled += lane.scheduled;
    sum.leased += lane.leased;
    sum.dead += lane.dead;
    sum.oldest_ready_ms = std::max(sum.oldest_ready_ms, lane.oldest_ready_ms);
  }
  return sum;
}

// JSON: whole numbers without a point, others to three places.
Json number(double value) {
  const double rounded = std::round(value * 1000) / 1000;
  constexpr double exact = 9e15;
  if (rounded == std::floor(rounded) && std::fabs(rounded) < exact) {
    return static_cast<std::int64_t>(rounded);
  }
  return rounded;
}

Json number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? number(*value) : Json(nullptr);
}

std::string text(double value) {
  return number(value).dump();
}

std::string in_words(double milliseconds) {
  std::array<char, 32> words{};
  if (milliseconds < 10) {
    std::snprintf(words.data(), words.size(), "%.1f ms", milliseconds);
  } else if (milliseconds < 1000) {
    std::snprintf(words.data(), words.size(), "%.0f ms", milliseconds);
  } else {
    std::snprintf(words.data(), words.size(), "%.1f s", milliseconds / 1000);
  }
  return words.data();
}

std::string with_places(const char* format, double value) {
  std::array<char, 64> words{};
  std::snprintf(words.data(), words.size(), format, value);
  return words.data();
}

std::string long_time(Millis time) {
  const auto seconds = time.count() / 1000;
  const auto minutes = seconds / 60;
  const auto hours = minutes / 60;
  if (hours >= 48) return std::to_string(hours / 24) + "d " + std::to_string(hours % 24) + "h";
  if (hours > 0) return std::to_string(hours) + "h " + std::to_string(minutes % 60) + "m";
  if (minutes > 0) return std::to_string(minutes) + "m " + std::to_string(seconds % 60) + "s";
  return std::to_string(seconds) + "s";
}

// "3 limit, 1 rate".
std::string counts(const std::map<std::string, double>& by_reason) {
  std::vector<std::string> words;
  words.reserve(by_reason.size());
  for (const auto& [reason, count] : by_reason)
    words.push_back(text(count) + " " + reason);
  return words.empty() ? "none" : join(words, ", ");
}

Json json_of_counts(const std::map<std::string, double>& counts) {
  Json json = Json::object();
  for (const auto& [name, count] : counts)
    json[name] = number(count);
  return json;
}

Json json_of_lane(const ServiceNumbers::Lane& lane) {
  return {{"ready", number(lane.ready)},
          {"scheduled", number(lane.scheduled)},
          {"leased", number(lane.leased)},
          {"dead", number(lane.dead)},
          {"oldest_ready_ms", number(lane.oldest_ready_ms)}};
}

Json json_of_queue(const ServiceNumbers& numbers) {
  if (!numbers.lanes) return nullptr;
  auto queue = json_of_lane(sum_of(*numbers.lanes));
  queue["lanes"] = Json::object();
  for (const auto& [name, lane] : *numbers.lanes)
    queue["lanes"][name] = json_of_lane(lane);
  return queue;
}

Json json_of_requests(const ServiceNumbers::Requests& requests) {
  return {{"total", number(requests.total)},
          {"failed", number(requests.failed)},
          {"per_second", number(requests.per_second)},
          {"p50_ms", number(requests.p50_ms)},
          {"p99_ms", number(requests.p99_ms)}};
}

Json json_of_redis(const ServiceNumbers& numbers) {
  if (!numbers.redis_connected) return nullptr;
  return {{"connected", *numbers.redis_connected}, {"p99_ms", number(numbers.redis_p99_ms)}};
}

Json json_of_bots(const ServiceNumbers& numbers) {
  Json bots = Json::object();
  for (const auto* state : live_states) {
    const auto found = numbers.bots.find(state);
    bots[state] = found == numbers.bots.end() ? Json(nullptr) : number(found->second);
  }
  return bots;
}

Style style_of_readiness(const std::string& readiness) {
  if (readiness == "ready") return Style::green;
  if (readiness == "degraded") return Style::yellow;
  return readiness == "not ready" || readiness == "unreachable" ? Style::red : Style::dim;
}

class Lines {
 public:
  void add(const std::string& what, const std::string& how, Style style = Style::plain) {
    records_.push_back({.cells = {{what}, {how, style}}, .json = nullptr, .id = what});
  }
  void add_unknown(const std::string& what) { add(what, "unknown", Style::dim); }
  std::vector<Record> take() { return std::move(records_); }

 private:
  std::vector<Record> records_;
};

void add_requests(Lines& lines, const ServiceNumbers::Requests& requests) {
  auto words = text(requests.total);
  if (requests.per_second) words += with_places(", %.1f/s", *requests.per_second);
  const double share = requests.total > 0 ? 100 * requests.failed / requests.total : 0;
  words += with_places(", %.2f%% failed", share);
  lines.add("requests", words, requests.failed > 0 ? Style::yellow : Style::plain);
  if (requests.p50_ms && requests.p99_ms) {
    lines.add("answers",
              "p50 " + in_words(*requests.p50_ms) + ", p99 " + in_words(*requests.p99_ms));
  }
}

void add_bots(Lines& lines, const ServiceNumbers& numbers) {
  if (numbers.seats_taken && numbers.seats_limit) {
    lines.add("seats", text(*numbers.seats_taken) + " of " + text(*numbers.seats_limit));
  } else {
    lines.add_unknown("seats");
  }
  std::vector<std::string> states;
  for (const auto* state : live_states) {
    const auto found = numbers.bots.find(state);
    if (found != numbers.bots.end()) states.push_back(text(found->second) + " " + state);
  }
  if (states.empty()) return lines.add_unknown("bots");
  lines.add("bots", join(states, ", "));
}

void add_queue(Lines& lines, const ServiceNumbers& numbers) {
  if (!numbers.lanes) return lines.add_unknown("queue");
  const auto queue = sum_of(*numbers.lanes);
  auto depth = text(queue.ready) + " ready, " + text(queue.scheduled) + " scheduled, " +
               text(queue.leased) + " leased, " + text(queue.dead) + " dead";
  if (queue.ready > 0) depth += ", oldest " + in_words(queue.oldest_ready_ms);
  lines.add("queue", depth, queue.dead > 0 ? Style::yellow : Style::plain);
}

void add_numbers(Lines& lines, const ServiceNumbers& numbers) {
  add_bots(lines, numbers);
  lines.add("failures",
            counts(numbers.failures),
            numbers.failures.empty() ? Style::plain : Style::yellow);
  add_requests(lines, numbers.requests);
  lines.add("refusals", counts(numbers.refusals));
  add_queue(lines, numbers);
  if (numbers.redis_connected) {
    std::string words = *numbers.redis_connected ? "connected" : "away";
    if (numbers.redis_p99_ms) words += ", p99 " + in_words(*numbers.redis_p99_ms);
    lines.add("redis", words, *numbers.redis_connected ? Style::plain : Style::yellow);
  }
  if (numbers.replicas) lines.add("servers", text(*numbers.replicas));
  if (numbers.web_sockets) lines.add("websockets", text(*numbers.web_sockets));
}

}  // namespace

types::Json json_of(const ServiceStatus& status) {
  Json json{{"server", status.server},
            {"service", status.service},
            {"generation", status.generation},
            {"version", types::nullable(status.version)},
            {"uptime_ms", nullptr},
            {"readiness", {{"status", status.readiness}, {"parts", status.parts}}}};
  for (const auto* name : {"seats",
                           "bots",
                           "failures",
                           "requests",
                           "refusals",
                           "queue",
                           "redis",
                           "servers",
                           "websockets"})
    json[name] = nullptr;
  json["running_bots"] = types::nullable(status.running_bots);
  json["unknown"] = status.unknown;
  if (!status.numbers) return json;
  const auto& numbers = *status.numbers;
  if (numbers.uptime) json["uptime_ms"] = numbers.uptime->count();
  json["seats"] = {{"taken", number(numbers.seats_taken)}, {"limit", number(numbers.seats_limit)}};
  json["bots"] = json_of_bots(numbers);
  json["failures"] = json_of_counts(numbers.failures);
  json["requests"] = json_of_requests(numbers.requests);
  json["refusals"] = json_of_counts(numbers.refusals);
  json["queue"] = json_of_queue(numbers);
  json["redis"] = json_of_redis(numbers);
  json["servers"] = number(numbers.replicas);
  json["websockets"] = number(numbers.web_sockets);
  return json;
}

const std::vector<Column>& status_columns() {
  static const std::vector<Column> columns = {{"WHAT", Shrinks::no}, {"NOW"}};
  return columns;
}

std::vector<Record> lines_of(const ServiceStatus& status) {
  Lines lines;
  lines.add("server", status.server);
  auto service = status.generation == "unknown" ? status.service : status.generation;
  if (status.version) service += " " + *status.version;
  if (status.numbers && status.numbers->uptime) {
    service += ", up " + long_time(*status.numbers->uptime);
  }
  lines.add("service", service);
  lines.add("readiness", status.readiness, style_of_readiness(status.readiness));
  for (const auto& [part, how] : status.parts.items()) {
    const auto words = how.is_string() ? how.get<std::string>() : how.dump();
    lines.add("part " + part, words, words == "ok" ? Style::plain : Style::yellow);
  }
  if (status.numbers) add_numbers(lines, *status.numbers);
  if (status.running_bots) lines.add("this key's bots", std::to_string(*status.running_bots));
  for (const auto& what : status.unknown)
    lines.add("unknown", what, Style::dim);
  return lines.take();
}

}  // namespace bot::cli
