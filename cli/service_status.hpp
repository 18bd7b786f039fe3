// How a service is, as far as it says: what `botctl status` finds out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "client/types/json.hpp"
#include "client/types/metrics.hpp"
#include "client/types/service.hpp"

namespace bot::cli {

// What the numbers of one server say. Since its start, but for what is said to be now.
struct ServiceNumbers {
  struct Requests {
    double total = 0;
    double failed = 0;  // answered with 5xx
    std::optional<double> per_second;
    std::optional<double> p50_ms;  // of answers; bots' long polls are not among them
    std::optional<double> p99_ms;
  };
  struct Lane {
    double ready = 0;
    double scheduled = 0;
    double leased = 0;
    double dead = 0;
    double oldest_ready_ms = 0;
  };

  std::optional<Millis> uptime;
  std::optional<double> seats_taken;   // now
  std::optional<double> seats_limit;   // now
  std::map<std::string, double> bots;  // now, by state
  Requests requests;
  std::map<std::string, double> refusals;            // by reason, none but those that occurred
  std::map<std::string, double> failures;            // likewise: why bots failed
  std::optional<std::map<std::string, Lane>> lanes;  // now; nullopt: the server cannot count them
  std::optional<bool> redis_connected;               // nullopt: the server uses none
  std::optional<double> redis_p99_ms;                // of publishing
  std::optional<double> replicas;                    // now
  std::optional<double> web_sockets;                 // now
};

struct ServiceStatus {
  std::string server;
  std::string service;     // "botd"
  std::string generation;  // "botd", "Vexa S2"
  std::optional<std::string> version;
  std::string readiness = "unknown";  // ready, degraded, not ready, unreachable
  types::Json parts = types::Json::object();
  std::optional<ServiceNumbers> numbers;
  std::optional<std::int64_t> running_bots;  // of the user's key
  std::vector<std::string> unknown;          // what could not be known, and why
};

// `now` against the server's own start. Works with whatever of our names is there.
ServiceNumbers numbers_of(const types::Metrics& metrics, UnixMillis now);

}  // namespace bot::cli
