#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace bot::events {

// Its id is the stream's own: the server's time in milliseconds, and a number in that millisecond.
struct StreamEntry {
  std::string id;
  std::vector<std::pair<std::string, std::string>> fields;  // bytes as they were sent

  // nullptr when there is none of that name.
  const std::string* field(std::string_view name) const;
  // When it was added, by Redis's clock; 0 when the id is none.
  UnixMillis at() const;
  // Grows with each entry of a stream; 0 when the id is none.
  std::int64_t position() const;

  bool operator==(const StreamEntry&) const = default;
};

}  // namespace bot::events
