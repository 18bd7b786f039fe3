#include "server/app/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <tuple>

namespace bot::app {
namespace {

const prometheus::Histogram::BucketBoundaries duration_buckets = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

prometheus::ClientMetric metric_of(const Family::Sample& sample, Family::Kind kind) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : sample.labels)
    metric.label.push_back({name, value});
  if (kind == Family::Kind::counter) {
    metric.counter.value = sample.value;
  } else {
    metric.gauge.value = sample.value;
  }
  return metric;
}

prometheus::ClientMetric metric_of(const Distribution& distribution) {
  prometheus::ClientMetric metric;
  auto& histogram = metric.histogram;
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < distribution.counts.size(); ++i) {
    so_far += distribution.counts[i];
    const bool last = i >= distribution.bounds.size();
    histogram.bucket.push_back(
        {so_far, last ? std::numeric_limits<double>::infinity() : distribution.bounds[i]});
  }
  histogram.sample_count = so_far;
  histogram.sample_sum = distribution.sum;
  return metric;
}

prometheus::MetricType type_of(Family::Kind kind) {
  switch (kind) {
    case Family::Kind::gauge:
      return prometheus::MetricType::Gauge;
    case Family::Kind::counter:
      return prometheus::MetricType::Counter;
    case Family::Kind::histogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::MetricFamily family_of(const Family& family) {
  prometheus::MetricFamily made;
  made.name = family.name;
  made.help = family.help;
  made.type = type_of(family.kind);
  for (const auto& sample : family.samples)
    made.metric.push_back(metric_of(sample, family.kind));
  if (family.distribution) made.metric.push_back(metric_of(*family.distribution));
  return made;
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

class EventCounter::Series {
 public:
  Series(prometheus::Family<prometheus::Counter>& family, std::vector<LabelValues> labels)
      : family_(family), labels_(std::move(labels)) {
    for (auto& label : labels_)
      label.values.emplace_back("other");
    make_all({}, 0);
  }

  void add(const std::vector<std::string_view>& values, std::size_t count) {
    std::vector<std::size_t> key;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      const auto& known = labels_[i].values;
      const auto found = std::find(known.begin(), known.end(), values.at(i));
      const auto place = static_cast<std::size_t>(found - known.begin());
      key.push_back(std::min(place, known.size() - 1));
    }
    counters_.at(key)->Increment(static_cast<double>(count));
  }

 private:
  void make_all(const std::vector<std::size_t>& key, std::size_t next) {
    if (next == labels_.size()) {
      prometheus::Labels named;
      for (std::size_t i = 0; i < key.size(); ++i)
        named.emplace(labels_[i].name, labels_[i].values[key[i]]);
      counters_.emplace(key, &family_.Add(named));
      return;
    }
    for (std::size_t value = 0; value < labels_[next].values.size(); ++value) {
      auto longer = key;
      longer.push_back(value);
      make_all(longer, next + 1);
    }
  }

  prometheus::Family<prometheus::Counter>& family_;
  std::vector<LabelValues> labels_;
  std::map<std::vector<std::size_t>, prometheus::Counter*> counters_;  // by places of the values
};

EventCounter::EventCounter(std::unique_ptr<Series> series) : series_(std::move(series)) {}

EventCounter::~EventCounter() = default;

void EventCounter::add(const std::vector<std::string_view>& values, std::size_t count) {
  series_->add(values, count);
}

class Metrics::Registry {
 public:
  Registry()
      : requests_(prometheus::BuildCounter()
                      .Name("botd_http_requests_total")
                      .Help("Requests answered")
                      .Register(registry_)),
        durations_(prometheus::BuildHistogram()
                       .Name("botd_http_request_duration_seconds")
                       .Help("From the whole request to its answer")
                       .Register(registry_)) {}

  EventCounter& counter(const std::string& name,
                        const std::string& help,
                        const std::vector<LabelValues>& labels) {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
    counters_.push_back(
        std::make_unique<EventCounter>(std::make_unique<EventCounter::Series>(family, labels)));
    return *counters_.back();
  }

  void read_from(Reader reader) { readers_.push_back(std::move(reader)); }

  void observe(const http::AccessRecord& record) {
    const auto series = series_of(record);
    series.requests->Increment();
    series.duration->Observe(static_cast<double>(record.duration.count()) / 1e6);
  }

  std::string text() {
    auto families = registry_.Collect();
    for (const auto& reader : readers_) {
      for (const auto& family : reader())
        families.push_back(family_of(family));
    }
    return prometheus::TextSerializer().Serialize(families);
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
  std::vector<std::unique_ptr<EventCounter>> counters_;
  std::vector<Reader> readers_;
};

Metrics::Metrics() : registry_(std::make_unique<Registry>()) {}

Metrics::~Metrics() = default;

EventCounter& Metrics::counter(const std::string& name,
                               const std::string& help,
                               const std::vector<LabelValues>& labels) {
  return registry_->counter(name, help, labels);
}

void Metrics::read_from(Reader reader) {
  registry_->read_from(std::move(reader));
}

void Metrics::observe(const http::AccessRecord& record) {
  registry_->observe(record);
}

std::string Metrics::text() {
  return registry_->text();
}

}  // namespace bot::app
