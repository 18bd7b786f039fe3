#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/types/json.hpp"

namespace bot::types {

// A user's webhook: GET and PUT /user/webhook. `secret` is the HMAC key; it is there only in the
// answer to a PUT that made or rotated it.
struct Webhook {
  std::optional<std::string> webhook_url;  // null: none is set
  std::optional<std::string> secret;
  std::optional<std::string> updated_at;

  bool operator==(const Webhook&) const = default;
};

void to_json(Json& json, const Webhook& webhook);
void from_json(const Json& json, Webhook& webhook);

// One event on its way to a webhook: an item of GET /user/webhook/deliveries.
struct Delivery {
  std::int64_t id = 0;
  std::string event_id;    // the same for each attempt
  std::string event_type;  // meeting.status_change, meeting.completed
  std::string url;
  std::string status;  // queued, delivered, dead
  std::int64_t attempts = 0;
  std::optional<std::int64_t> response_status;
  std::optional<std::string> last_error;
  std::string created_at;
  std::optional<std::string> delivered_at;

  bool operator==(const Delivery&) const = default;
};

void to_json(Json& json, const Delivery& delivery);
void from_json(const Json& json, Delivery& delivery);

// {"deliveries":[…]}, newest first.
struct DeliveryList {
  std::vector<Delivery> deliveries;

  bool operator==(const DeliveryList&) const = default;
};

void to_json(Json& json, const DeliveryList& list);
void from_json(const Json& json, DeliveryList& list);

}  // namespace bot::types
