#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/types/json.hpp"

namespace bot::types {

// One lane of the durable queue: an item of GET /admin/queue.
struct Lane {
  std::string lane;
  std::int64_t ready = 0;      // could run now
  std::int64_t scheduled = 0;  // their time has not come
  std::int64_t leased = 0;     // somebody works on them
  std::int64_t dead = 0;
  std::optional<std::string> paused_at;        // null: it is not paused
  std::optional<std::string> oldest_ready_at;  // since when the oldest one could have run
  double oldest_age_seconds = 0;

  bool operator==(const Lane&) const = default;
};

void to_json(Json& json, const Lane& lane);
void from_json(const Json& json, Lane& lane);

// {"lanes":[…]}, by name.
struct LaneList {
  std::vector<Lane> lanes;

  bool operator==(const LaneList&) const = default;
};

void to_json(Json& json, const LaneList& list);
void from_json(const Json& json, LaneList& list);

}  // namespace bot::types
