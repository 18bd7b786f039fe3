// What people do with items and lanes: withdraw, cancel, bring back, pause.
#include <utility>

#include "server/queue/item_columns.hpp"
#include "server/queue/queue.hpp"

namespace bot::queue {
namespace {

void tell(sql::Connection& connection,
          const Listeners& listeners,
          sql::Rows changed,
          ItemStatus from,
          Change change,
          std::string_view reason) {
  for (auto& item : store::read_all(std::move(changed), read_item)) {
    listeners.tell(
        connection,
        {.item = std::move(item), .from = from, .change = change, .reason = std::string(reason)});
  }
}

void cancel_ready(sql::Connection& connection,
                  const Item& item,
                  std::string_view reason,
                  UnixMillis now,
                  const Listeners& listeners) {
  auto changed = connection.query(
      "UPDATE queue_items SET status = 'done', finished_at = $2, cancelled_at = $2,"
      " last_error = $3, history = $4 WHERE id = $1 RETURNING " BOT_ITEM_COLUMNS,
      {item.id, now, reason, with_event(item, "cancelled", reason, now)});
  tell(connection, listeners, std::move(changed), ItemStatus::ready, Change::cancelled, reason);
}

}  // namespace

void withdraw(sql::Connection& connection,
              std::string_view lane,
              std::string_view unique_key,
              UnixMillis now,
              const Listeners& listeners) {
  // The states are spelled as in the partial index, or the engines would not use it.
#define BOT_WITHDRAW                                          \
  "UPDATE queue_items SET status = 'done', finished_at = $3"  \
  " WHERE lane = $1 AND unique_key = $2 AND status = 'ready'" \
  " AND status IN ('ready', 'leased')"
  if (!listeners.listens_to(lane)) {
    connection.query(BOT_WITHDRAW, {lane, unique_key, now});
    return;
  }
  auto changed =
      connection.query(BOT_WITHDRAW " RETURNING " BOT_ITEM_COLUMNS, {lane, unique_key, now});
  tell(connection, listeners, std::move(changed), ItemStatus::ready, Change::withdrawn, "");
}

Cancellation request_cancel(sql::Connection& connection,
                            std::int64_t id,
                            std::string_view reason,
                            UnixMillis now,
                            const Listeners& listeners) {
  std::string statement = "SELECT " BOT_ITEM_COLUMNS " FROM queue_items WHERE id = $1";
  statement.append(connection.dialect().for_update);
  const auto item = store::read_first(connection.query(statement, {id}), read_item);
  if (!item) return Cancellation::absent;
  switch (item->status) {
    case ItemStatus::ready:
      cancel_ready(connection, *item, reason, now, listeners);
      return Cancellation::cancelled;
    case ItemStatus::leased:
      // Who asks first is remembered. The history is the holder's to write.
      connection.query(
          "UPDATE queue_items SET cancel_requested_at = $2, last_error = $3"
          " WHERE id = $1 AND cancel_requested_at IS NULL",
          {id, now, reason});
      return Cancellation::asked;
    case ItemStatus::done:
    case ItemStatus::dead:
      break;
  }
  return Cancellation::finished_already;
}

std::vector<std::int64_t> cancel_requests(sql::Connection& connection, std::string_view owner) {
  const auto rows = connection.query(
      "SELECT id FROM queue_items WHERE status = 'leased' AND lease_owner = $1"
      " AND cancel_requested_at IS NOT NULL",
      {owner});
  std::vector<std::int64_t> ids;
  for (const sql::Row row : rows)
    ids.push_back(row.integer(std::size_t{0}));
  return ids;
}

bool revive(sql::Connection& connection,
            std::int64_t id,
            UnixMillis now,
            const Listeners& listeners) {
  std::string statement =
      "SELECT " BOT_ITEM_COLUMNS
      " FROM queue_items WHERE id = $1"
      " AND (status = 'dead' OR (status = 'done' AND cancelled_at IS NOT NULL)) AND NOT EXISTS"
      " (SELECT 1 FROM queue_items other WHERE other.lane = queue_items.lane"
      " AND other.unique_key = queue_items.unique_key"
      " AND other.unique_key IS NOT NULL AND other.status IN ('ready', 'leased'))";
  statement.append(connection.dialect().for_update);
  const auto item = store::read_first(connection.query(statement, {id}), read_item);
  if (!item) return false;
  auto changed = connection.query(
      "UPDATE queue_items SET status = 'ready', attempts = 0, run_at = $2, started_at = NULL,"
      " finished_at = NULL, cancel_requested_at = NULL, cancelled_at = NULL,"
      " history = $3 WHERE id = $1 RETURNING " BOT_ITEM_COLUMNS,
      {id, now, with_event(*item, "revived", "", now)});
  tell(connection, listeners, std::move(changed), item->status, Change::revived, "");
  return true;
}

bool pause(sql::Connection& connection,
           std::string_view lane,
           std::string_view by,
           UnixMillis now) {
  return connection
             .query(
                 "INSERT INTO paused_lanes (lane, paused_at, paused_by) VALUES ($1, $2, $3)"
                 " ON CONFLICT (lane) DO NOTHING",
                 {lane, now, by})
             .changed() != 0;
}

bool resume(sql::Connection& connection, std::string_view lane) {
  return connection.query("DELETE FROM paused_lanes WHERE lane = $1", {lane}).changed() != 0;
}

std::vector<PausedLane> paused(sql::Connection& connection) {
  const auto rows =
      connection.query("SELECT lane, paused_at, paused_by FROM paused_lanes ORDER BY lane");
  std::vector<PausedLane> lanes;
  for (const sql::Row row : rows) {
    lanes.push_back({.lane = row.text("lane"),
                     .paused_at = row.integer("paused_at"),
                     .paused_by = row.text("paused_by")});
  }
  return lanes;
}

}  // namespace bot::queue
