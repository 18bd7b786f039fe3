#include "base/backoff.hpp"

#include <algorithm>

#include "base/ids.hpp"

namespace bot {

Millis Backoff::plain(std::size_t retry) const {
  auto delay = first;
  for (std::size_t i = 0; i < retry && delay < longest; ++i)
    delay *= 2;
  return std::min(delay, longest);
}

Millis Backoff::jittered(std::size_t retry) const {
  const auto full = plain(retry);
  const auto half = full / 2;
  const auto spread = static_cast<std::size_t>(half.count()) + 1;
  return full - half + Millis{static_cast<std::int64_t>(random_below(spread))};
}

}  // namespace bot
