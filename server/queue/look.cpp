// What there is in the queue, for people to see.
#include <utility>

#include "server/queue/filter.hpp"
#include "server/queue/item_columns.hpp"
#include "server/queue/queue.hpp"

namespace bot::queue {

std::vector<Item> list(sql::Connection& connection, const ItemFilter& filter, std::int64_t limit) {
  std::vector<sql::Value> values = {limit};
  const auto statement = "SELECT " BOT_ITEM_COLUMNS " FROM queue_items" +
                         condition_of(filter, values) + " ORDER BY id DESC LIMIT $1";
  return store::read_all(connection.query(statement, values), read_item);
}

std::vector<Item> dead(sql::Connection& connection, ItemFilter filter, std::int64_t limit) {
  filter.status = ItemStatus::dead;
  return list(connection, filter, limit);
}

std::int64_t count(sql::Connection& connection, const ItemFilter& filter) {
  std::vector<sql::Value> values;
  const auto statement = "SELECT COUNT(*) FROM queue_items" + condition_of(filter, values);
  const auto rows = connection.query(statement, values);
  return rows[0].integer(std::size_t{0});
}

std::vector<LaneCounts> counts(sql::Connection& connection, UnixMillis now) {
  const auto rows = connection.query(
      "SELECT lane,"
      " SUM(CASE WHEN status = 'ready' AND run_at <= $1 THEN 1 ELSE 0 END) AS ready,"
      " SUM(CASE WHEN status = 'ready' AND run_at > $1 THEN 1 ELSE 0 END) AS scheduled,"
      " SUM(CASE WHEN status = 'leased' THEN 1 ELSE 0 END) AS leased,"
      " SUM(CASE WHEN status = 'dead' THEN 1 ELSE 0 END) AS dead,"
      " MIN(CASE WHEN status = 'ready' AND run_at <= $1 THEN run_at END) AS oldest,"
      " MAX(CASE WHEN status = 'paused' THEN run_at END) AS paused_at"
      // Every lane has a name; said so, SQLite searches the index for it.
      " FROM (SELECT lane, 'ready' AS status, run_at FROM queue_items"
      " WHERE status = 'ready' AND lane > ''"
      " UNION ALL SELECT lane, 'leased', NULL FROM queue_items WHERE status = 'leased'"
      " UNION ALL SELECT lane, 'dead', NULL FROM queue_items WHERE status = 'dead'"
      " UNION ALL SELECT lane, 'paused', paused_at FROM paused_lanes) AS items"
      " GROUP BY lane ORDER BY lane",
      {now});
  std::vector<LaneCounts> lanes;
  for (const sql::Row row : rows) {
    lanes.push_back({.lane = row.text("lane"),
                     .ready = row.integer("ready"),
                     .scheduled = row.integer("scheduled"),
                     .leased = row.integer("leased"),
                     .dead = row.integer("dead"),
                     .oldest_ready_at = row.optional_integer("oldest"),
                     .paused_at = row.optional_integer("paused_at")});
  }
  return lanes;
}

}  // namespace bot::queue
