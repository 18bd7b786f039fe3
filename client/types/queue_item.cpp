#include "client/types/queue_item.hpp"

namespace bot::types {

void to_json(Json& json, const QueueItemEvent& event) {
  json = Json{
      {"at", event.at}, {"event", event.event}, {"attempt", event.attempt}, {"error", event.error}};
  write_if_set(json, "owner", event.owner);
}

void from_json(const Json& json, QueueItemEvent& event) {
  read(json, "at", event.at);
  read(json, "event", event.event);
  read_if_there(json, "attempt", event.attempt);
  read_if_there(json, "error", event.error);
  read(json, "owner", event.owner);
}

void to_json(Json& json, const QueueItem& item) {
  json = Json{{"id", item.id},
              {"lane", item.lane},
              {"kind", item.kind},
              {"status", item.status},
              {"priority", item.priority},
              {"attempts", item.attempts},
              {"max_attempts", item.max_attempts},
              {"run_at", item.run_at},
              {"created_at", item.created_at},
              {"started_at", nullable(item.started_at)},
              {"finished_at", nullable(item.finished_at)},
              {"lease_owner", nullable(item.lease_owner)},
              {"lease_until", nullable(item.lease_until)},
              {"last_error", nullable(item.last_error)},
              {"unique_key", nullable(item.unique_key)},
              {"payload", item.payload},
              {"history", item.history}};
}

void from_json(const Json& json, QueueItem& item) {
  read(json, "id", item.id);
  read(json, "lane", item.lane);
  read(json, "kind", item.kind);
  read(json, "status", item.status);
  read(json, "priority", item.priority);
  read(json, "attempts", item.attempts);
  read(json, "max_attempts", item.max_attempts);
  read(json, "run_at", item.run_at);
  read(json, "created_at", item.created_at);
  read(json, "started_at", item.started_at);
  read(json, "finished_at", item.finished_at);
  read(json, "lease_owner", item.lease_owner);
  read(json, "lease_until", item.lease_until);
  read(json, "last_error", item.last_error);
  read(json, "unique_key", item.unique_key);
  read_if_there(json, "payload", item.payload);
  read_if_there(json, "history", item.history);
}

void to_json(Json& json, const QueueItemList& list) {
  json = Json{{"items", list.items}};
}

void from_json(const Json& json, QueueItemList& list) {
  read(json, "items", list.items);
}

void to_json(Json& json, const Purged& purged) {
  json = Json{{"matched", purged.matched}, {"deleted", purged.deleted}};
}

void from_json(const Json& json, Purged& purged) {
  read(json, "matched", purged.matched);
  read(json, "deleted", purged.deleted);
}

}  // namespace bot::types
