#include "client/types/queue_history.hpp"

namespace bot::types {

void to_json(Json& json, const QueueDay& day) {
  json = Json{{"day", day.day},
              {"lane", day.lane},
              {"done", day.done},
              {"dead", day.dead},
              {"cancelled", day.cancelled}};
}

void from_json(const Json& json, QueueDay& day) {
  read(json, "day", day.day);
  read(json, "lane", day.lane);
  read(json, "done", day.done);
  read(json, "dead", day.dead);
  read(json, "cancelled", day.cancelled);
}

void to_json(Json& json, const QueueHistory& history) {
  json = Json{{"days", history.days}};
}

void from_json(const Json& json, QueueHistory& history) {
  read(json, "days", history.days);
}

}  // namespace bot::types
