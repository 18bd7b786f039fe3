#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/types/json.hpp"

namespace bot::types {

// One piece of speech. `start` and `end` are seconds since the session began (contract §1.7).
struct Segment {
  double start = 0;
  double end = 0;
  std::string text;
  std::optional<std::string> language;
  std::optional<std::string> created_at;
  std::optional<std::string> speaker;
  std::optional<std::string> absolute_start_time;
  std::optional<std::string> absolute_end_time;

  bool operator==(const Segment&) const = default;
};

void to_json(Json& json, const Segment& segment);
void from_json(const Json& json, Segment& segment);

// GET /transcripts/{platform}/{native_meeting_id}, segments in the order they were spoken.
struct Transcript {
  std::int64_t id = 0;  // of the meeting
  std::string platform;
  std::optional<std::string> native_meeting_id;
  std::optional<std::string> constructed_meeting_url;
  std::string status;
  std::optional<std::string> start_time;
  std::optional<std::string> end_time;
  std::vector<Segment> segments;

  bool operator==(const Transcript&) const = default;
};

void to_json(Json& json, const Transcript& transcript);
void from_json(const Json& json, Transcript& transcript);

}  // namespace bot::types
