// The end of items, and what is remembered of them.
#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "server/queue/filter.hpp"
#include "server/queue/queue.hpp"
#include "server/store/row_reader.hpp"

namespace bot::queue {
namespace {

constexpr UnixMillis day_ms = 86'400'000;

// What a purge has found.
struct Doomed {
  std::int64_t id;
  std::string lane;
  std::string status;
};

Doomed read_doomed(store::RowReader& reader) {
  const auto id = reader.integer();
  auto lane = reader.text();
  return {id, std::move(lane), reader.text()};
}

#define BOT_GONE " RETURNING lane, status, finished_at, cancelled_at"

// Adds what the answers with BOT_GONE say was finished to the days. How many items these are.
std::size_t remember(sql::Connection& connection, std::span<const sql::Rows> answers) {
  // In one order, so that two that delete at once cannot wait for each other.
  std::map<std::pair<std::string, std::int64_t>, LaneDay> days;
  std::size_t gone = 0;
  for (const auto& rows : answers) {
    gone += rows.size();
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
  }
  for (const auto& [key, day] : days) {
    connection.defer(
        "INSERT INTO queue_days (lane, day, done, dead, cancelled) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (lane, day) DO UPDATE SET done = queue_days.done + excluded.done,"
        " dead = queue_days.dead + excluded.dead,"
        " cancelled = queue_days.cancelled + excluded.cancelled",
        {key.first, key.second, day.done, day.dead, day.cancelled});
  }
  return gone;
}

std::size_t delete_and_remember(sql::Connection& connection,
                                std::string_view statement,
                                std::initializer_list<sql::Value> values) {
  const auto rows = connection.query(statement, values);
  return remember(connection, std::span(&rows, 1));
}

// REQUIRES: each is finished, and held until the end of the transaction.
std::size_t delete_all(sql::Connection& connection,
                       const std::vector<Doomed>& items,
                       const Listeners& listeners) {
  std::vector<sql::Statement> statements;
  for (const auto& [id, lane, status] : items) {
    statements.push_back({"DELETE FROM queue_items WHERE id = $1" BOT_GONE, {id}});
    if (!listeners.listens_to(lane)) continue;
    if (auto item = find(connection, id)) {
      const auto from = item->status;
      listeners.tell(connection,
                     {.item = *std::move(item), .from = from, .change = Change::deleted});
    }
  }
  if (statements.empty()) return 0;
  const auto answers = connection.query_all(statements);
  return remember(connection, answers);
}

}  // namespace

std::size_t purge(sql::Connection& connection,
                  const ItemFilter& filter,
                  std::int64_t limit,
                  UnixMillis now,
                  const Listeners& listeners) {
  std::vector<sql::Value> values = {limit};
  auto condition = condition_of(filter, values);
  condition += condition.empty() ? " WHERE status <> 'leased'" : " AND status <> 'leased'";
  auto statement = "SELECT id, lane, status FROM queue_items" + condition + " ORDER BY id LIMIT $1";
  statement.append(connection.dialect().for_update);
  std::vector<Doomed> finished;
  std::size_t cancelled = 0;
  for (auto& doomed : store::read_all(connection.query(statement, values), read_doomed)) {
    if (doomed.status != to_string(ItemStatus::ready)) {
      finished.push_back(std::move(doomed));
    } else if (request_cancel(connection, doomed.id, "it was purged", now, listeners) ==
               Cancellation::cancelled) {
      ++cancelled;
    }
  }
  return cancelled + delete_all(connection, finished, listeners);
}

bool remove(sql::Connection& connection, std::int64_t id, const Listeners& listeners) {
  std::string statement =
      "SELECT id, lane, status FROM queue_items WHERE id = $1 AND status IN ('done', 'dead')";
  statement.append(connection.dialect().for_update);
  const auto doomed = store::read_all(connection.query(statement, {id}), read_doomed);
  return delete_all(connection, doomed, listeners) != 0;
}

// Here and below the state stands outside as well: of one that is revived between the two looks,
// PostgreSQL looks at nothing but that again.
std::size_t purge_dead(sql::Connection& connection,
                       std::string_view lane,
                       UnixMillis before,
                       std::int64_t keep) {
  const auto old = delete_and_remember(
      connection,
      "DELETE FROM queue_items WHERE status = 'dead' AND lane = $1 AND finished_at < $2" BOT_GONE,
      {lane, before});
  const auto too_many = delete_and_remember(connection,
                                            "DELETE FROM queue_items WHERE status = 'dead'"
                                            " AND id IN"
                                            " (SELECT id FROM queue_items WHERE status = 'dead'"
                                            " AND lane = $1 ORDER BY id DESC"
                                            " LIMIT $2 OFFSET $3)" BOT_GONE,
                                            {lane, std::numeric_limits<std::int64_t>::max(), keep});
  return old + too_many;
}

std::size_t purge_done(sql::Connection& connection, UnixMillis before, std::int64_t limit) {
  return delete_and_remember(
      connection,
      "DELETE FROM queue_items WHERE status = 'done' AND finished_at < $1 AND id IN"
      " (SELECT id FROM queue_items WHERE status = 'done' AND finished_at < $1"
      " ORDER BY finished_at LIMIT $2)" BOT_GONE,
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
