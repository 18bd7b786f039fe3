#include "suites/recorder.hpp"

#include <iterator>
#include <utility>

namespace bot::suites {

void Recorder::add(ExchangeRecord exchange) {
  if (first_.size() < kept_at_each_end) {
    first_.push_back(std::move(exchange));
    return;
  }
  if (last_.size() == kept_at_each_end) {
    last_.erase(last_.begin());
    ++omitted_;
  }
  last_.push_back(std::move(exchange));
}

void Recorder::move_into(CheckResult& check) {
  check.exchanges = std::exchange(first_, {});
  std::move(last_.begin(), last_.end(), std::back_inserter(check.exchanges));
  last_.clear();
  check.exchanges_omitted = std::exchange(omitted_, 0);
}

}  // namespace bot::suites
