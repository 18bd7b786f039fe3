// The end of items, and what is remembered of them.
#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "server/queue/filter.hpp"
#include "server/queue/queue.hpp"

namespace bot::queue {
namespace {

constexpr UnixMillis day_ms = 86'400'000;

// Runs a DELETE, which gets its RETURNING here, and adds what was finished to the days. How many
// items it deleted.
std::size_t delete_and_remember(sql::Connection& connection,
                                std::string statement,
                                std::span<const sql::Value> values) {
  statement += " RETURNING lane, status, finished_at, cancelled_at";
  const auto rows = connection.query(statement, values);
  // In one order, so that two that delete at once cannot wait for each other.
  std::map<std::pair<std::string, std::int64_t>, LaneDay> days;
  for (const sql::Row row : rows) {
    const auto finished_at = row.optional_integer("finished_at");
    if (!finished_at) continue;
    auto& day = days[{row.text("lane"), *finished_at / day_ms}];
    if (row.text("status") == "dead") {
      ++day.dead;
    } else {
      ++(row.is_null("cancelled_at") ? day.done : day.cancelled);
    }
  }
  for (const auto& [key, day] : days) {
    connection.defer(
        "INSERT INTO queue_days (lane, day, done, dead, cancelled) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (lane, day) DO UPDATE SET done = queue_days.done + excluded.done,"
        " dead = queue_days.dead + excluded.dead,"
        " cancelled = queue_days.cancelled + excluded.cancelled",
        {key.first, key.second, day.done, day.dead, day.cancelled});
  }
  return rows.size();
}

std::size_t delete_and_remember(sql::Connection& connection,
                                std::string statement,
                                std::initializer_list<sql::Value> values) {
  return delete_and_remember(
      connection, std::move(statement), std::span(values.begin(), values.size()));
}

}  // namespace

std::size_t purge(sql::Connection& connection, const ItemFilter& filter, std::int64_t limit) {
  std::vector<sql::Value> values = {limit};
  auto condition = condition_of(filter, values);
  condition += condition.empty() ? " WHERE status <> 'leased'" : " AND status <> 'leased'";
  // One that was claimed between the two looks stays.
  return delete_and_remember(connection,
                             "DELETE FROM queue_items WHERE status <> 'leased' AND id IN"
                             " (SELECT id FROM queue_items" +
                                 condition + " ORDER BY id LIMIT $1)",
                             values);
}

bool remove(sql::Connection& connection, std::int64_t id) {
  return delete_and_remember(connection,
                             "DELETE FROM queue_items WHERE id = $1 AND status IN ('done', 'dead')",
                             {id}) != 0;
}

std::size_t purge_dead(sql::Connection& connection,
                       std::string_view lane,
                       UnixMillis before,
                       std::int64_t keep) {
  const auto old = delete_and_remember(
      connection,
      "DELETE FROM queue_items WHERE status = 'dead' AND lane = $1 AND finished_at < $2",
      {lane, before});
  const auto too_many = delete_and_remember(connection,
                                            "DELETE FROM queue_items WHERE id IN"
                                            " (SELECT id FROM queue_items WHERE status = 'dead'"
                                            " AND lane = $1 ORDER BY id DESC LIMIT $2 OFFSET $3)",
                                            {lane, std::numeric_limits<std::int64_t>::max(), keep});
  return old + too_many;
}

std::size_t purge_done(sql::Connection& connection, UnixMillis before, std::int64_t limit) {
  return delete_and_remember(
      connection,
      "DELETE FROM queue_items WHERE id IN"
      " (SELECT id FROM queue_items WHERE status = 'done' AND finished_at < $1"
      " ORDER BY finished_at LIMIT $2)",
      {before, limit});
}

std::vector<LaneDay> history(sql::Connection& connection, std::int64_t days, UnixMillis now) {
  const auto first = now / day_ms - days + 1;
  const auto rows = connection.query(
      "SELECT lane, day, SUM(done) AS done, SUM(dead) AS dead, SUM(cancelled) AS cancelled FROM"
      " (SELECT lane, day, done, dead, cancelled FROM queue_days WHERE day >= $1"
      " UNION ALL SELECT lane, finished_at / 86400000 AS day,"
      " SUM(CASE WHEN cancelled_at IS NULL THEN 1 ELSE 0 END),"
      " 0, SUM(CASE WHEN cancelled_at IS NULL THEN 0 ELSE 1 END)"
      " FROM queue_items WHERE status = 'done' AND finished_at >= $2"
      " GROUP BY lane, finished_at / 86400000"
      " UNION ALL SELECT lane, finished_at / 86400000 AS day, 0, COUNT(*), 0"
      " FROM queue_items WHERE status = 'dead' AND finished_at >= $2"
      " GROUP BY lane, finished_at / 86400000) AS all_days"
      " GROUP BY lane, day ORDER BY day DESC, lane",
      {first, first * day_ms});
  std::vector<LaneDay> all;
  for (const sql::Row row : rows) {
    all.push_back({.lane = row.text("lane"),
                   .day = row.integer("day"),
                   .done = row.integer("done"),
                   .dead = row.integer("dead"),
                   .cancelled = row.integer("cancelled")});
  }
  return all;
}

}  // namespace bot::queue
