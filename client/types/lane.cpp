#include "client/types/lane.hpp"

namespace bot::types {

void to_json(Json& json, const Lane& lane) {
  json = Json{{"lane", lane.lane},
              {"ready", lane.ready},
              {"scheduled", lane.scheduled},
              {"leased", lane.leased},
              {"dead", lane.dead},
              {"paused_at", nullable(lane.paused_at)},
              {"oldest_ready_at", nullable(lane.oldest_ready_at)},
              {"oldest_age_seconds", lane.oldest_age_seconds}};
}

void from_json(const Json& json, Lane& lane) {
  read(json, "lane", lane.lane);
  read(json, "ready", lane.ready);
  read(json, "scheduled", lane.scheduled);
  read(json, "leased", lane.leased);
  read(json, "dead", lane.dead);
  read(json, "paused_at", lane.paused_at);
  read(json, "oldest_ready_at", lane.oldest_ready_at);
  read_if_there(json, "oldest_age_seconds", lane.oldest_age_seconds);
}

void to_json(Json& json, const LaneList& list) {
  json = Json{{"lanes", list.lanes}};
}

void from_json(const Json& json, LaneList& list) {
  read(json, "lanes", list.lanes);
}

}  // namespace bot::types
