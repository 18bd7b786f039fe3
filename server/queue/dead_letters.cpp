// What people do with the queue: look, cancel, bury, bring back, clean up.
#include <limits>

#include "server/queue/item_columns.hpp"
#include "server/queue/queue.hpp"

namespace bot::queue {

void withdraw(sql::Connection& connection,
              std::string_view lane,
              std::string_view unique_key,
              UnixMillis now) {
  // The states are spelled as in the partial index, or the engines would not use it.
  connection.query(
      "UPDATE queue_items SET status = 'done', finished_at = $3"
      " WHERE lane = $1 AND unique_key = $2 AND status = 'ready'"
      " AND status IN ('ready', 'leased')",
      {lane, unique_key, now});
}

bool cancel(sql::Connection& connection, std::int64_t id, std::string_view reason, UnixMillis now) {
  std::string statement =
      "SELECT " BOT_ITEM_COLUMNS " FROM queue_items WHERE id = $1 AND status = 'ready'";
  statement.append(connection.dialect().for_update);
  const auto item = store::read_first(connection.query(statement, {id}), read_item);
  if (!item) return false;
  make_dead(connection, *item, reason, now);
  return true;
}

std::vector<Item> dead(sql::Connection& connection,
                       std::string_view lane,
                       std::int64_t limit,
                       std::int64_t offset) {
  return store::read_all(
      lane.empty()
          ? connection.query("SELECT " BOT_ITEM_COLUMNS " FROM queue_items WHERE status = 'dead'"
                             " ORDER BY id DESC LIMIT $1 OFFSET $2",
                             {limit, offset})
          : connection.query("SELECT " BOT_ITEM_COLUMNS
                             " FROM queue_items WHERE status = 'dead' AND lane = $3"
                             " ORDER BY id DESC LIMIT $1 OFFSET $2",
                             {limit, offset, lane}),
      read_item);
}

bool revive(sql::Connection& connection, std::int64_t id, UnixMillis now) {
  std::string statement =
      "SELECT " BOT_ITEM_COLUMNS
      " FROM queue_items WHERE id = $1 AND status = 'dead' AND NOT EXISTS"
      " (SELECT 1 FROM queue_items other WHERE other.lane = queue_items.lane"
      " AND other.unique_key = queue_items.unique_key"
      " AND other.unique_key IS NOT NULL AND other.status IN ('ready', 'leased'))";
  statement.append(connection.dialect().for_update);
  const auto item = store::read_first(connection.query(statement, {id}), read_item);
  if (!item) return false;
  connection.query(
      "UPDATE queue_items SET status = 'ready', attempts = 0, run_at = $2, finished_at = NULL,"
      " history = $3 WHERE id = $1",
      {id, now, with_event(*item, "revived", "", now)});
  return true;
}

std::size_t purge_dead(sql::Connection& connection,
                       std::string_view lane,
                       UnixMillis before,
                       std::int64_t keep) {
  const auto old = connection
                       .query(
                           "DELETE FROM queue_items WHERE status = 'dead' AND lane = $1"
                           " AND finished_at < $2",
                           {lane, before})
                       .changed();
  const auto too_many = connection
                            .query(
                                "DELETE FROM queue_items WHERE id IN"
                                " (SELECT id FROM queue_items WHERE status = 'dead'"
                                " AND lane = $1 ORDER BY id DESC LIMIT $2 OFFSET $3)",
                                {lane, std::numeric_limits<std::int64_t>::max(), keep})
                            .changed();
  return old + too_many;
}

std::size_t purge_done(sql::Connection& connection, UnixMillis before, std::int64_t limit) {
  return connection
      .query(
          "DELETE FROM queue_items WHERE id IN"
          " (SELECT id FROM queue_items WHERE status = 'done' AND finished_at < $1"
          " ORDER BY finished_at LIMIT $2)",
          {before, limit})
      .changed();
}

std::vector<LaneCounts> counts(sql::Connection& connection, UnixMillis now) {
  const auto rows = connection.query(
      "SELECT lane,"
      " SUM(CASE WHEN status = 'ready' AND run_at <= $1 THEN 1 ELSE 0 END) AS ready,"
      " SUM(CASE WHEN status = 'ready' AND run_at > $1 THEN 1 ELSE 0 END) AS scheduled,"
      " SUM(CASE WHEN status = 'leased' THEN 1 ELSE 0 END) AS leased,"
      " SUM(CASE WHEN status = 'dead' THEN 1 ELSE 0 END) AS dead,"
      " MIN(CASE WHEN status = 'ready' AND run_at <= $1 THEN run_at END) AS oldest"
      " FROM (SELECT lane, 'ready' AS status, run_at FROM queue_items WHERE status = 'ready'"
      " UNION ALL SELECT lane, 'leased', NULL FROM queue_items WHERE status = 'leased'"
      " UNION ALL SELECT lane, 'dead', NULL FROM queue_items WHERE status = 'dead') AS items"
      " GROUP BY lane ORDER BY lane",
      {now});
  std::vector<LaneCounts> lanes;
  for (const sql::Row row : rows) {
    lanes.push_back({.lane = row.text("lane"),
                     .ready = row.integer("ready"),
                     .scheduled = row.integer("scheduled"),
                     .leased = row.integer("leased"),
                     .dead = row.integer("dead"),
                     .oldest_ready_at = row.optional_integer("oldest")});
  }
  return lanes;
}

}  // namespace bot::queue
