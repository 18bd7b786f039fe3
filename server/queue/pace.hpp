#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace bot::queue {

// How many items a lane should hold beyond those that are worked on: so many as its workers finish
// while the store is asked for more. None while handlers take long, for another server may have a
// worker for them.
class Pace {
 public:
  using Seconds = std::chrono::duration<double>;

  void handled(Seconds took) { handler_ = mean(handler_, took); }
  void stored(Seconds took) { round_ = mean(round_, took); }
  // A handler has been running for this long and nobody knows for how much longer.
  void hangs(Seconds since) { handler_ = std::max(handler_, since); }

  std::size_t ahead(std::size_t workers) const {
    constexpr double most = 64;
    constexpr double shortest = 1e-6;
    if (handler_.count() < 0 || round_.count() < 0) return 0;
    const auto at_once = static_cast<double>(workers);
    const auto each = std::max(handler_.count(), shortest);
    return static_cast<std::size_t>(std::min(at_once * round_.count() / each, most));
  }

  // How long verdicts that are there should wait for those that are about to come: storing a few by
  // themselves costs as much as storing all of them.
  Seconds linger() const {
    constexpr double longest = 0.005;
    constexpr double quick = 8;
    if (handler_.count() < 0 || handler_ * quick > round_) return Seconds{0};
    return Seconds{std::min(round_.count() / 4, longest)};
  }

 private:
  static Seconds mean(Seconds before, Seconds now) {
    constexpr double weight = 0.2;
    return before.count() < 0 ? now : before + weight * (now - before);
  }

  Seconds handler_{-1};  // not known
  Seconds round_{-1};
};

}  // namespace bot::queue
