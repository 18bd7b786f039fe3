#include "server/queue/item_columns.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace bot::queue {
namespace {

using store::RowReader;
using Json = nlohmann::json;

constexpr std::size_t longest_history = 20;

constexpr std::array<std::pair<ItemStatus, std::string_view>, 4> names{
    {{ItemStatus::ready, "ready"},
     {ItemStatus::leased, "leased"},
     {ItemStatus::done, "done"},
     {ItemStatus::dead, "dead"}}};

ItemStatus status_of(const std::string& name) {
  if (const auto status = item_status(name)) return *status;
  throw sql::Fault("a queue item is stored in the unknown state " + name);
}

Json history_of(const Item& item) {
  auto parsed = Json::parse(item.history, nullptr, false);
  return parsed.is_array() ? parsed : Json::array();
}

}  // namespace

std::string_view to_string(ItemStatus status) {
  for (const auto& [each, name] : names) {
    if (each == status) return name;
  }
  return "";
}

std::optional<ItemStatus> item_status(std::string_view name) {
  for (const auto& [status, each] : names) {
    if (each == name) return status;
  }
  return std::nullopt;
}

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
  item.started_at = reader.optional_integer();
  if (const auto limit = reader.optional_integer()) item.time_limit = Millis(*limit);
  item.cancel_requested_at = reader.optional_integer();
  item.cancelled_at = reader.optional_integer();
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

}  // namespace bot::queue
