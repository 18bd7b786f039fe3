#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/types/json.hpp"

namespace bot::types {

// Something that befell an item of the queue.
struct QueueItemEvent {
  std::string at;
  std::string event;  // "retry", "lost", "dead", "revived", …
  std::int64_t attempt = 0;
  std::string error;                 // "" where there was none
  std::optional<std::string> owner;  // of lost: who held it

  bool operator==(const QueueItemEvent&) const = default;
};

void to_json(Json& json, const QueueItemEvent& event);
void from_json(const Json& json, QueueItemEvent& event);

// An item of the durable queue, as an administrator sees it: an item of
// GET /admin/queue/{lane}/items and of GET /admin/dead-letters.
struct QueueItem {
  std::int64_t id = 0;
  std::string lane;
  std::string kind;
  std::string status;  // ready, leased, done, dead, cancelled
  std::int64_t priority = 0;
  std::int64_t attempts = 0;
  std::int64_t max_attempts = 0;
  std::string run_at;
  std::string created_at;
  std::optional<std::string> started_at;
  std::optional<std::string> finished_at;
  std::optional<std::string> lease_owner;
  std::optional<std::string> lease_until;
  std::optional<std::string> last_error;
  std::optional<std::string> unique_key;
  Json payload = Json::object();  // text where it is no JSON
  std::vector<QueueItemEvent> history;

  bool operator==(const QueueItem&) const = default;
};

void to_json(Json& json, const QueueItem& item);
void from_json(const Json& json, QueueItem& item);

// {"items":[…]}, newest first.
struct QueueItemList {
  std::vector<QueueItem> items;

  bool operator==(const QueueItemList&) const = default;
};

void to_json(Json& json, const QueueItemList& list);
void from_json(const Json& json, QueueItemList& list);

// What a purge found and what it deleted; nothing is deleted by a dry run.
struct Purged {
  std::int64_t matched = 0;
  std::int64_t deleted = 0;

  bool operator==(const Purged&) const = default;
};

void to_json(Json& json, const Purged& purged);
void from_json(const Json& json, Purged& purged);

}  // namespace bot::types
