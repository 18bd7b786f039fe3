#include "server/app/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <functional>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <tuple>

namespace bot::app {
namespace {

const prometheus::Histogram::BucketBoundaries duration_buckets = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

std::map<std::string, std::string> labels_of(const Gauge& gauge) {
  const auto equals = gauge.label.find('=');
  if (equals == std::string::npos) return {};
  return {{gauge.label.substr(0, equals), gauge.label.substr(equals + 1)}};
}

// Of (route, method, status), whether they are texts or views of texts; clang 14 cannot order such
// tuples by std::less<>.
struct Earlier {
  using is_transparent = void;

  template <typename One, typename Other>
  bool operator()(const One& one, const Other& other) const {
    const auto in_views = [](const auto& key) {
      return std::tuple(
          std::string_view(std::get<0>(key)), std::string_view(std::get<1>(key)), std::get<2>(key));
    };
    return in_views(one) < in_views(other);
  }
};

}  // namespace

class Metrics::Registry {
 public:
  explicit Registry(std::vector<Gauge> gauges)
      : requests_(prometheus::BuildCounter()
                      .Name("botd_http_requests_total")
                      .Help("Requests answered")
                      .Register(registry_)),
        durations_(prometheus::BuildHistogram()
                       .Name("botd_http_request_duration_seconds")
                       .Help("From the whole request to its answer")
                       .Register(registry_)) {
    for (auto& gauge : gauges) {
      auto& shown = prometheus::BuildGauge()
                        .Name(gauge.name)
                        .Help(gauge.help)
                        .Register(registry_)
                        .Add(labels_of(gauge));
      gauges_.emplace_back(&shown, std::move(gauge.read));
    }
  }

  void observe(const http::AccessRecord& record) {
    const auto series = series_of(record);
    series.requests->Increment();
    series.duration->Observe(static_cast<double>(record.duration.count()) / 1e6);
  }

  std::string text() {
    for (const auto& [gauge, read] : gauges_)
      gauge->Set(read());
    return prometheus::TextSerializer().Serialize(registry_.Collect());
  }

 private:
  // What a request counts in. Found again by itself: the library would make a map of its labels
  // each time.
  struct Series {
    prometheus::Counter* requests = nullptr;
    prometheus::Histogram* duration = nullptr;
  };

  Series series_of(const http::AccessRecord& record) {
    // A view of the record's own text: a choice between "" and it would make a temporary string.
    const auto method =
        record.pattern.empty() ? std::string_view() : std::string_view(record.method);
    const std::tuple<std::string_view, std::string_view, int> key(
        record.pattern, method, record.status);
    {
      const std::shared_lock lock(mutex_);
      if (const auto known = series_.find(key); known != series_.end()) return known->second;
    }
    // An unknown path is not a label: strangers would choose how many there are.
    const bool matched = !record.pattern.empty();
    const auto route = matched ? record.pattern : std::string("none");
    const Series made{&requests_.Add({{"method", matched ? record.method : "none"},
                                      {"route", route},
                                      {"status", std::to_string(record.status)}}),
                      &durations_.Add({{"route", route}}, duration_buckets)};
    const std::unique_lock lock(mutex_);
    series_.emplace(key, made);
    return made;
  }

  std::shared_mutex mutex_;  // guards series_
  std::map<std::tuple<std::string, std::string, int>, Series, Earlier> series_;
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& durations_;
  std::vector<std::pair<prometheus::Gauge*, std::function<double()>>> gauges_;
};

Metrics::Metrics(std::vector<Gauge> gauges)
    : registry_(std::make_unique<Registry>(std::move(gauges))) {}

Metrics::~Metrics() = default;

void Metrics::observe(const http::AccessRecord& record) {
  registry_->observe(record);
}

std::string Metrics::text() {
  return registry_->text();
}

}  // namespace bot::app
