#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/http/dispatcher.hpp"

namespace bot::app {

// A number that is read when /metrics is asked for.
struct Gauge {
  std::string name;
  std::string help;
  std::function<double()> read;
  std::string label = {};  // "state=active"; at most one, empty: none
};

// What /metrics shows, in Prometheus's text format: requests by method, route and status with their
// durations, and gauges read on demand. Thread-safe.
class Metrics {
 public:
  explicit Metrics(std::vector<Gauge> gauges);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void observe(const http::AccessRecord& record);
  std::string text();

 private:
  class Registry;
  std::unique_ptr<Registry> registry_;
};

}  // namespace bot::app
