#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/types/json.hpp"

namespace bot::types {

// What finished in a lane on a day of UTC.
struct QueueDay {
  std::string day;  // "2026-11-26"
  std::string lane;
  std::int64_t done = 0;
  std::int64_t dead = 0;
  std::int64_t cancelled = 0;

  bool operator==(const QueueDay&) const = default;
};

void to_json(Json& json, const QueueDay& day);
void from_json(const Json& json, QueueDay& day);

// {"days":[…]} of GET /admin/queue/history.
struct QueueHistory {
  std::vector<QueueDay> days;

  bool operator==(const QueueHistory&) const = default;
};

void to_json(Json& json, const QueueHistory& history);
void from_json(const Json& json, QueueHistory& history);

}  // namespace bot::types
