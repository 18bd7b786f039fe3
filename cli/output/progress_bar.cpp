#include "cli/output/progress_bar.hpp"

#include <algorithm>

namespace bot::cli {
namespace {

constexpr std::size_t widest = 40;
constexpr std::size_t narrowest = 5;
constexpr std::size_t frame = 4;  // the brackets and two blanks

}  // namespace

std::string progress_bar(std::int64_t current, std::int64_t total, std::size_t columns) {
  const auto all = std::max<std::int64_t>(total, 0);
  const auto done = std::clamp<std::int64_t>(current, 0, all);
  const double part = all == 0 ? 0 : static_cast<double>(done) / static_cast<double>(all);
  const auto percent = std::to_string(static_cast<int>(part * 100));
  std::string numbers = std::to_string(done) + '/' + std::to_string(all) + "  " +
                        std::string(3 - percent.size(), ' ') + percent + " %";
  if (columns < numbers.size() + frame + narrowest) return numbers;
  const auto width = std::min(widest, columns - numbers.size() - frame);
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(width));
  return '[' + std::string(filled, '#') + std::string(width - filled, '-') + "]  " + numbers;
}

}  // namespace bot::cli
