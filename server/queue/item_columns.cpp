#include "server/queue/item_columns.hpp"

#include <nlohmann/json.hpp>

namespace bot::queue {
namespace {

using store::RowReader;
using Json = nlohmann::json;

constexpr std::size_t longest_history = 20;

ItemStatus status_of(std::string_view name) {
  if (name == "ready") return ItemStatus::ready;
  if (name == "leased") return ItemStatus::leased;
  if (name == "done") return ItemStatus::done;
  if (name == "dead") return ItemStatus::dead;
  throw sql::Fault("a queue item is stored in the unknown state " + std::string(name));
}

Json history_of(const Item& item) {
  auto parsed = Json::parse(item.history, nullptr, false);
  return parsed.is_array() ? parsed : Json::array();
}

}  // namespace

Item read_item(RowReader& reader) {
  Item item;
  item.id = reader.integer();
  item.lane = reader.text();
  item.kind = reader.text();
  item.payload = reader.text();
  item.status = status_of(reader.text());
  item.priority = reader.integer();
  item.run_at = reader.integer();
  item.attempts = reader.integer();
  item.max_attempts = reader.integer();
  item.unique_key = reader.optional_text();
  item.lease_owner = reader.optional_text();
  item.lease_until = reader.optional_integer();
  item.fence = reader.integer();
  item.last_error = reader.optional_text();
  item.history = reader.text();
  item.created_at = reader.integer();
  item.finished_at = reader.optional_integer();
  item.fair_key = reader.optional_text();
  return item;
}

std::string with_event(const Item& item,
                       std::string_view event,
                       std::string_view error,
                       UnixMillis now) {
  auto history = history_of(item);
  history.push_back({{"at", now}, {"event", event}, {"attempt", item.attempts}, {"error", error}});
  while (history.size() > longest_history)
    history.erase(history.begin());
  return history.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::int64_t losses_of(const Item& item) {
  std::int64_t losses = 0;
  for (const auto& entry : history_of(item)) {
    const std::string event = entry.is_object() ? entry.value("event", "") : "";
    if (event == "lost") ++losses;
    if (event == "revived") losses = 0;
  }
  return losses;
}

void make_dead(sql::Connection& connection,
               const Item& item,
               std::string_view reason,
               UnixMillis now) {
  connection.query(
      "UPDATE queue_items SET status = 'dead', last_error = $2, history = $3, finished_at = $4,"
      " lease_owner = NULL, lease_until = NULL WHERE id = $1",
      {item.id, reason, with_event(item, "dead", reason, now), now});
}

}  // namespace bot::queue
