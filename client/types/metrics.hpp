// Numbers in Prometheus's text format 0.0.4, as GET /metrics answers them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace bot::types {

struct MetricSample {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels = {};
  double value = 0;  // may be NaN or infinite

  // "" when there is none of that name.
  std::string_view label(std::string_view label_name) const;

  bool operator==(const MetricSample&) const = default;
};

struct Metrics {
  std::vector<MetricSample> samples;

  bool has(std::string_view name) const;
  // The sum over all series of the name that can be known; nullopt when there are none, or all are
  // NaN.
  std::optional<double> sum(std::string_view name) const;
  // The sums by one label's values, likewise.
  std::map<std::string, double> by(std::string_view name, std::string_view label) const;
  // The value below which this share of what a histogram counted lies, by its buckets, in which
  // values count as evenly spread; the largest bound for what is beyond it. `counted` chooses
  // series by their bucket samples. nullopt when nothing was counted. REQUIRES: 0 < share <= 1.
  template <typename Counted>
  std::optional<double> quantile(std::string_view histogram, double share, Counted counted) const {
    std::map<double, double> buckets;
    const std::string name = std::string(histogram) + "_bucket";
    for (const auto& sample : samples) {
      if (sample.name == name && counted(sample)) add_bucket(sample, buckets);
    }
    return quantile_of(buckets, share);
  }

  bool operator==(const Metrics&) const = default;

 private:
  static void add_bucket(const MetricSample& sample, std::map<double, double>& buckets);
  static std::optional<double> quantile_of(const std::map<double, double>& buckets, double share);
};

// Comments are skipped, timestamps too. Errors: protocol, with the first line that is none.
Result<Metrics> parse_metrics(std::string_view text);

}  // namespace bot::types
