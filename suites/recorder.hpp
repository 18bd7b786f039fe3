#pragma once

#include <cstddef>
#include <vector>

#include "suites/result.hpp"

namespace bot::suites {

// The exchanges of the check that is running: the first and the last ones of a long poll, the rest
// only counted. For the one thread of a suite.
class Recorder {
 public:
  static constexpr std::size_t kept_at_each_end = 30;

  void add(ExchangeRecord exchange);
  // Hands over what was recorded and starts anew.
  void move_into(CheckResult& check);

 private:
  std::vector<ExchangeRecord> first_;
  std::vector<ExchangeRecord> last_;
  std::size_t omitted_ = 0;
};

}  // namespace bot::suites
