#include "client/types/webhook.hpp"

namespace bot::types {

void to_json(Json& json, const Webhook& webhook) {
  json = Json{{"webhook_url", nullable(webhook.webhook_url)}};
  write_if_set(json, "secret", webhook.secret);
  json["updated_at"] = nullable(webhook.updated_at);
}

void from_json(const Json& json, Webhook& webhook) {
  // Older servers answer with the user, whose data holds the URL (contract §1.4).
  const auto data = json.find("data");
  const bool in_user = !json.contains("webhook_url") && data != json.end() && data->is_object();
  read(in_user ? *data : json, "webhook_url", webhook.webhook_url);
  read(json, "secret", webhook.secret);
  read(json, "updated_at", webhook.updated_at);
}

void to_json(Json& json, const Delivery& delivery) {
  json = Json{{"id", delivery.id},
              {"event_id", delivery.event_id},
              {"event_type", delivery.event_type},
              {"url", delivery.url},
              {"status", delivery.status},
              {"attempts", delivery.attempts},
              {"response_status", nullable(delivery.response_status)},
              {"last_error", nullable(delivery.last_error)},
              {"created_at", delivery.created_at},
              {"delivered_at", nullable(delivery.delivered_at)}};
}

void from_json(const Json& json, Delivery& delivery) {
  read(json, "id", delivery.id);
  read(json, "event_id", delivery.event_id);
  read(json, "event_type", delivery.event_type);
  read(json, "url", delivery.url);
  read(json, "status", delivery.status);
  read(json, "attempts", delivery.attempts);
  read(json, "response_status", delivery.response_status);
  read(json, "last_error", delivery.last_error);
  read(json, "created_at", delivery.created_at);
  read(json, "delivered_at", delivery.delivered_at);
}

void to_json(Json& json, const DeliveryList& list) {
  json = Json{{"deliveries", list.deliveries}};
}

void from_json(const Json& json, DeliveryList& list) {
  read(json, "deliveries", list.deliveries);
}

}  // namespace bot::types
