// Lists that come page by page.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace bot::cli {

// As many as are there.
inline constexpr auto no_limit = std::numeric_limits<std::size_t>::max();
inline constexpr std::size_t largest_page = 1'000;
// Servers may answer fewer than they are asked for, but never fewer than these while there are
// more.
inline constexpr std::size_t smallest_full_page = 100;

inline constexpr int most_passes = 5;

inline std::size_t most_of(const std::optional<std::int64_t>& limit) {
  return limit ? static_cast<std::size_t>(*limit) : no_limit;
}

// At most `most`, each of them once. `ask` gets those that are there already (for an offset, or for
// the id to go on from) and how many are wanted, and gives a Result of a page; `id_of` tells them
// apart. A server that ignores paging sends the same again: that ends it.
template <typename T, typename Ask, typename IdOf>
Result<std::vector<T>> fetch_pages(std::size_t most, Ask ask, IdOf id_of) {
  std::vector<T> all;
  std::set<decltype(id_of(std::declval<const T&>()))> known;
  while (all.size() < most) {
    const auto wanted = std::min(most - all.size(), largest_page);
    Result<std::vector<T>> page = ask(all, static_cast<std::int64_t>(wanted));
    if (!page) return page;
    const auto before = all.size();
    for (auto& each : *page) {
      if (all.size() < most && known.insert(id_of(each)).second) all.push_back(std::move(each));
    }
    if (all.size() == before || page->size() < std::min(wanted, smallest_full_page)) break;
  }
  return all;
}

// The same for servers that count from the newest: what goes meanwhile (is deleted, or leaves the
// state that is asked for) moves the rest forward past the next offset. So all that took several
// pages is gone through again until there is nothing new, but not for ever where new ones keep
// coming. `ask` gets the offset and how many are wanted.
template <typename T, typename Ask, typename IdOf>
Result<std::vector<T>> fetch_by_offset(std::size_t most, Ask ask, IdOf id_of) {
  std::vector<T> all;
  std::set<decltype(id_of(std::declval<const T&>()))> known;
  const auto wanted = std::min(most, largest_page);
  for (int pass = 0; pass < most_passes; ++pass) {
    const auto before = all.size();
    std::size_t pages = 0;
    std::optional<decltype(id_of(std::declval<const T&>()))> first;
    std::size_t got = wanted;
    for (std::size_t offset = 0; all.size() < most; ++pages) {
      if (got < std::min(wanted, smallest_full_page)) break;
      Result<std::vector<T>> page =
          ask(static_cast<std::int64_t>(offset), static_cast<std::int64_t>(wanted));
      if (!page) return page;
      got = page->size();
      offset += got;
      // A server that ignores paging sends the same again.
      if (page->empty() || first == id_of(page->front())) break;
      first = id_of(page->front());
      for (auto& each : *page) {
        if (all.size() < most && known.insert(id_of(each)).second) all.push_back(std::move(each));
      }
    }
    if (pages < 2 || all.size() == before || all.size() >= most) break;
  }
  return all;
}

}  // namespace bot::cli
