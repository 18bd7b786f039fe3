#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/histogram.hpp"
#include "server/http/dispatcher.hpp"

namespace bot::app {

using Labels = std::vector<std::pair<std::string, std::string>>;

// A histogram as it is kept elsewhere: counts per bucket, one more than there are bounds.
struct Distribution {
  std::vector<double> bounds;
  std::vector<std::uint64_t> counts;
  double sum = 0;
};

template <std::size_t N>
Distribution distribution_of(const Histogram<N>& histogram) {
  return {{histogram.bounds.begin(), histogram.bounds.end()},
          {histogram.counts.begin(), histogram.counts.end()},
          histogram.sum};
}

// What is read when /metrics is asked for. `value` of a family without labels stands in one sample.
struct Family {
  enum class Kind { gauge, counter, histogram };
  struct Sample {
    double value = 0;
    Labels labels = {};
  };

  std::string name;
  std::string help;
  Kind kind = Kind::gauge;
  std::vector<Sample> samples = {};
  std::optional<Distribution> distribution = {};  // instead of samples, of a histogram
};
using Reader = std::function<std::vector<Family>()>;

// One label of a counter, and the values that it can have.
struct LabelValues {
  std::string name;
  std::vector<std::string> values;
};

// Counts events by labels whose values are known beforehand: each series is there from the start,
// and any other value counts as "other", so that nobody outside decides how many there are.
// Thread-safe.
class EventCounter {
 public:
  class Series;

  // Made by Metrics::counter.
  explicit EventCounter(std::unique_ptr<Series> series);
  EventCounter(const EventCounter&) = delete;
  EventCounter& operator=(const EventCounter&) = delete;
  ~EventCounter();

  // One value for each label, in their order.
  void add(const std::vector<std::string_view>& values, std::size_t count = 1);

 private:
  std::unique_ptr<Series> series_;
};

// What /metrics shows, in Prometheus's text format: requests by method, route and status with their
// durations, counted events, and what readers tell on demand. Thread-safe but for `counter` and
// `read_from`, which come before the first request.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // A counter named `name` (botd_…_total); it lives as long as this.
  EventCounter& counter(const std::string& name,
                        const std::string& help,
                        const std::vector<LabelValues>& labels);
  void read_from(Reader reader);

  void observe(const http::AccessRecord& record);
  std::string text();

 private:
  class Registry;
  std::unique_ptr<Registry> registry_;
};

}  // namespace bot::app
