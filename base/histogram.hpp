#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace bot {

// Counts per bucket: counts[i] of values <= bounds[i], the last one of those beyond every bound.
template <std::size_t N>
struct Histogram {
  std::array<double, N> bounds{};
  std::array<std::uint64_t, N + 1> counts{};
  double sum = 0;

  void add(double value) {
    std::size_t bucket = 0;
    while (bucket < N && value > bounds[bucket])
      ++bucket;
    ++counts[bucket];
    sum += value;
  }
  std::uint64_t total() const {
    std::uint64_t all = 0;
    for (const auto count : counts)
      all += count;
    return all;
  }
};

}  // namespace bot
