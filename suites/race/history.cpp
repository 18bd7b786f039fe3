#include "suites/race/history.hpp"

namespace bot::suites::race {

using types::Json;

std::string_view name_of(OpOutcome outcome) {
  switch (outcome) {
    case OpOutcome::ok:
      return "ok";
    case OpOutcome::refused:
      return "refused";
    case OpOutcome::duplicate:
      return "duplicate";
    case OpOutcome::failed:
      return "failed";
    case OpOutcome::unknown:
      return "unknown";
  }
  return "unknown";
}

void to_json(Json& json, const Op& op) {
  json = Json{{"op", op.kind == OpKind::start ? "start" : "stop"},
              {"meeting", op.meeting},
              {"burst", op.burst},
              {"invoked_us", op.invoked_us},
              {"completed_us", op.completed_us},
              {"outcome", name_of(op.outcome)},
              {"status", op.status}};
  if (op.meeting_id != 0) json["meeting_id"] = op.meeting_id;
}

void to_json(Json& json, const History& history) {
  auto listings = Json::array();
  for (const auto& listing : history.listings) {
    listings.push_back({{"invoked_us", listing.invoked_us},
                        {"completed_us", listing.completed_us},
                        {"ids", listing.ids}});
  }
  json = Json{{"limit", history.limit}, {"ops", history.ops}, {"listings", std::move(listings)}};
}

}  // namespace bot::suites::race
