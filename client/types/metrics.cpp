#include "client/types/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace bot::types {
namespace {

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}

bool continues_name(char c) {
  return begins_name(c) || (c >= '0' && c <= '9');
}

std::optional<double> number_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = end == text.data() + text.size();
  if (error == std::errc() && whole && !text.empty()) return value;
  return std::nullopt;
}

// Reads one line from its front; each step says whether what it wants was there.
class Line {
 public:
  explicit Line(std::string_view text) : rest_(text) {}

  std::optional<MetricSample> sample() {
    MetricSample sample;
    skip_blanks();
    if (!name(sample.name)) return std::nullopt;
    skip_blanks();
    if (take('{') && !labels(sample.labels)) return std::nullopt;
    const auto value = number_of(word());
    if (!value) return std::nullopt;
    sample.value = *value;
    const auto timestamp = word();
    if (!timestamp.empty() && !number_of(timestamp)) return std::nullopt;
    skip_blanks();
    if (!rest_.empty()) return std::nullopt;
    return sample;
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t'))
      rest_.remove_prefix(1);
  }

  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool name(std::string& into) {
    if (rest_.empty() || !begins_name(rest_.front())) return false;
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), continues_name);
    into.assign(rest_.begin(), end);
    rest_.remove_prefix(into.size());
    return true;
  }

  std::string_view word() {
    skip_blanks();
    const auto taken = rest_.substr(0, rest_.find_first_of(" \t"));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  bool labels(std::vector<std::pair<std::string, std::string>>& into) {
    while (true) {
      skip_blanks();
      if (take('}')) return true;
      auto& [label, value] = into.emplace_back();
      if (!name(label)) return false;
      skip_blanks();
      if (!take('=')) return false;
      skip_blanks();
      if (!quoted(value)) return false;
      skip_blanks();
      if (take(',')) continue;
      return take('}');
    }
  }

  bool quoted(std::string& into) {
    if (!take('"')) return false;
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (c != '\\') {
        into += c;
      } else if (rest_.empty()) {
        return false;
      } else {
        into += rest_.front() == 'n' ? '\n' : rest_.front();
        rest_.remove_prefix(1);
      }
    }
    return false;
  }

  std::string_view rest_;
};

bool is_comment(std::string_view line) {
  const auto first = line.find_first_not_of(" \t");
  return first == line.npos || line[first] == '#';
}

}  // namespace

std::string_view MetricSample::label(std::string_view label_name) const {
  for (const auto& one : labels) {
    if (one.first == label_name) return one.second;
  }
  return {};
}

bool Metrics::has(std::string_view name) const {
  return std::any_of(
      samples.begin(), samples.end(), [name](const auto& sample) { return sample.name == name; });
}

std::optional<double> Metrics::sum(std::string_view name) const {
  std::optional<double> total;
  for (const auto& sample : samples) {
    if (sample.name == name && !std::isnan(sample.value)) {
      total = total.value_or(0) + sample.value;
    }
  }
  return total;
}

std::map<std::string, double> Metrics::by(std::string_view name, std::string_view label) const {
  std::map<std::string, double> sums;
  for (const auto& sample : samples) {
    if (sample.name == name && !std::isnan(sample.value)) {
      sums[std::string(sample.label(label))] += sample.value;
    }
  }
  return sums;
}

void Metrics::add_bucket(const MetricSample& sample, std::map<double, double>& buckets) {
  const auto bound = number_of(sample.label("le"));
  if (bound && !std::isnan(*bound) && !std::isnan(sample.value)) buckets[*bound] += sample.value;
}

// As Prometheus's histogram_quantile.
std::optional<double> Metrics::quantile_of(const std::map<double, double>& buckets, double share) {
  if (buckets.empty() || !(buckets.rbegin()->second > 0)) return std::nullopt;
  const double rank = share * buckets.rbegin()->second;
  double below = 0;        // the bound of the bucket before
  double count_below = 0;  // what it holds and those before it
  for (const auto& [bound, count] : buckets) {
    if (count >= rank) {
      if (std::isinf(bound) || count <= count_below) return below;
      return below + (bound - below) * (rank - count_below) / (count - count_below);
    }
    if (!std::isinf(bound)) below = bound;
    count_below = count;
  }
  return below;
}

Result<Metrics> parse_metrics(std::string_view text) {
  Metrics metrics;
  for (std::size_t number = 1; !text.empty(); ++number) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (is_comment(line)) continue;
    auto sample = Line(line).sample();
    if (!sample) {
      return Error{.code = Errc::protocol,
                   .message = "the answer is not Prometheus's text format: line " +
                              std::to_string(number) + " is no sample"};
    }
    metrics.samples.push_back(*std::move(sample));
  }
  return metrics;
}

}  // namespace bot::types
