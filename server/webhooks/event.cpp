#include "server/webhooks/event.hpp"

#include <utility>

#include "base/time_format.hpp"
#include "client/types/meeting.hpp"
#include "drivers/crypto.hpp"
#include "server/domain/meeting_state.hpp"
#include "server/queue/queue.hpp"
#include "server/store/delivery_store.hpp"
#include "server/store/user_store.hpp"

namespace bot::webhooks {

namespace {

using types::Json;

// With the queue's backoff (1 s, doubling, at most a minute) about two hours, as the service's
// later generations try (60, 300, 1800, 7200 s).
constexpr std::int64_t most_attempts = 120;

std::optional<std::string> wire_time(const std::optional<UnixMillis>& time) {
  return time ? std::optional(format_time(*time)) : std::nullopt;
}

types::Meeting wire_meeting(const store::MeetingRow& row) {
  types::Meeting meeting;
  meeting.id = row.id;
  meeting.user_id = row.user_id;
  meeting.platform = row.platform;
  meeting.native_meeting_id = row.native_meeting_id;
  meeting.constructed_meeting_url = row.constructed_meeting_url;
  meeting.status = domain::to_string(row.status);
  meeting.bot_container_id = row.bot_container_id;
  meeting.start_time = wire_time(row.start_time);
  meeting.end_time = wire_time(row.end_time);
  auto data = Json::parse(row.data, nullptr, false);
  if (data.is_object()) meeting.data = std::move(data);
  meeting.created_at = format_time(row.created_at);
  meeting.updated_at = format_time(row.updated_at);
  return meeting;
}

// The same for the same change, however often it is told; nobody outside can guess another's.
std::string event_id(const store::MeetingRow& meeting,
                     const events::StateChange& change,
                     std::string_view type) {
  const std::string what = std::to_string(meeting.id) + ":" + change.from + ":" + change.to + ":" +
                           std::to_string(change.at) + ":" + std::string(type);
  return "evt_" + sha256_hex(what).substr(0, 32);
}

// The event besides meeting.status_change; empty: none.
std::string_view special_event(const events::StateChange& change) {
  if (change.to == "active") return "meeting.started";
  if (change.to == "completed") return "meeting.completed";
  if (change.to == "failed") return "bot.failed";
  return "";
}

bool enqueue_one(sql::Connection& connection,
                 const store::UserRow& user,
                 const store::MeetingRow& meeting,
                 const events::StateChange& change,
                 std::string_view type,
                 UnixMillis now) {
  store::NewDelivery delivery;
  delivery.user_id = user.id;
  delivery.meeting_id = meeting.id;
  delivery.event_id = event_id(meeting, change, type);
  delivery.event_type = type;
  delivery.url = *user.webhook_url;
  delivery.body = encode_event(delivery.event_id, type, meeting, change, now);
  const auto row = store::DeliveryStore(connection).add(delivery, now);
  if (!row) return false;
  queue::NewItem item;
  item.lane = lane;
  item.kind = lane;
  Json payload{{"delivery_id", row->id}};
  if (!change.request_id.empty()) payload["request_id"] = change.request_id;
  item.payload = types::dump(payload);
  item.max_attempts = most_attempts;
  item.unique_key = "delivery:" + std::to_string(row->id);
  item.fair_key = "user:" + std::to_string(user.id);
  return queue::enqueue(connection, item, now).has_value();
}

}  // namespace

std::string encode_event(std::string_view event_id,
                         std::string_view event_type,
                         const store::MeetingRow& meeting,
                         const std::optional<events::StateChange>& change,
                         UnixMillis now) {
  Json data{{"meeting", wire_meeting(meeting)}};
  if (change) {
    data["status_change"] = Json{{"from", change->from},
                                 {"to", change->to},
                                 {"reason", types::nullable(change->reason)},
                                 {"timestamp", format_time(change->at)},
                                 {"transition_source", change->source}};
  }
  return types::dump(Json{{"event_id", event_id},
                          {"event_type", event_type},
                          {"api_version", "2026-03-01"},
                          {"created_at", format_time(now)},
                          {"data", std::move(data)}});
}

int enqueue_events(sql::Connection& connection,
                   const store::MeetingRow& meeting,
                   const events::StateChange& change,
                   UnixMillis now) {
  const auto user = store::UserStore(connection).find(meeting.user_id);
  if (!user || !user->webhook_url) return 0;
  int count = enqueue_one(connection, *user, meeting, change, "meeting.status_change", now) ? 1 : 0;
  const auto special = special_event(change);
  if (!special.empty()) count += enqueue_one(connection, *user, meeting, change, special, now);
  return count;
}

}  // namespace bot::webhooks
