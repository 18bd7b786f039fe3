#include "server/queue/queue.hpp"

#include <algorithm>

#include "server/queue/item_columns.hpp"

namespace bot::queue {
namespace {

// An item that took this many workers with it is not given to another one.
constexpr std::int64_t most_losses = 5;

#define BOT_ENQUEUE                                                                   \
  "INSERT INTO queue_items (lane, kind, payload, status, priority, run_at, attempts," \
  " max_attempts, unique_key, fence, history, created_at, fair_key)"                  \
  " VALUES ($1, $2, $3, 'ready', $4, $5, 0, $6, $7, 0, '[]', $8, $9)"                 \
  " ON CONFLICT (lane, unique_key)"                                                   \
  " WHERE unique_key IS NOT NULL AND status IN ('ready', 'leased') DO NOTHING"

std::vector<sql::Value> values_of(const NewItem& item, UnixMillis now) {
  return {item.lane,
          item.kind,
          item.payload,
          item.priority,
          item.run_at.value_or(now),
          item.max_attempts,
          item.unique_key,
          now,
          item.fair_key};
}

// The item if it is leased under this fence, held until the end of the transaction.
std::optional<Item> held(sql::Connection& connection, std::int64_t id, std::int64_t fence) {
  std::string statement = "SELECT " BOT_ITEM_COLUMNS
                          " FROM queue_items WHERE id = $1 AND fence = $2 AND status = 'leased'";
  statement.append(connection.dialect().for_update);
  return store::read_first(connection.query(statement, {id, fence}), read_item);
}

// Its worker is gone: ready again without having spent the attempt, unless it has lost too many.
void give_back(sql::Connection& connection, const Item& item, UnixMillis now) {
  if (losses_of(item) + 1 >= most_losses) {
    make_dead(connection, item, "its worker was lost five times", now);
    return;
  }
  connection.query(
      "UPDATE queue_items SET status = 'ready', attempts = attempts - 1, run_at = $2,"
      " history = $3, lease_owner = NULL, lease_until = NULL WHERE id = $1",
      {item.id, now, with_event(item, "lost", item.lease_owner.value_or(""), now)});
}

}  // namespace

std::optional<std::int64_t> enqueue(sql::Connection& connection,
                                    const NewItem& item,
                                    UnixMillis now) {
  const auto rows = connection.query(BOT_ENQUEUE " RETURNING id", values_of(item, now));
  if (rows.empty()) return std::nullopt;
  return rows[0].integer(0);
}

void enqueue_later(sql::Connection& connection, const NewItem& item, UnixMillis now) {
  connection.defer(BOT_ENQUEUE, values_of(item, now));
}

std::optional<Item> find(sql::Connection& connection, std::int64_t id) {
  return store::read_first(
      connection.query("SELECT " BOT_ITEM_COLUMNS " FROM queue_items WHERE id = $1", {id}),
      read_item);
}

bool complete(sql::Connection& connection, std::int64_t id, std::int64_t fence, UnixMillis now) {
  return connection
             .query(
                 "UPDATE queue_items SET status = 'done', finished_at = $3,"
                 " lease_owner = NULL, lease_until = NULL"
                 " WHERE id = $1 AND fence = $2 AND status = 'leased'",
                 {id, fence, now})
             .changed() != 0;
}

bool retry_at(sql::Connection& connection,
              std::int64_t id,
              std::int64_t fence,
              UnixMillis run_at,
              std::string_view error,
              UnixMillis now) {
  const auto item = held(connection, id, fence);
  if (!item) return false;
  if (item->attempts >= item->max_attempts) {
    make_dead(connection, *item, error, now);
    return true;
  }
  connection.query(
      "UPDATE queue_items SET status = 'ready', run_at = $2, last_error = $3, history = $4,"
      " lease_owner = NULL, lease_until = NULL WHERE id = $1",
      {id, run_at, error, with_event(*item, "retry", error, now)});
  return true;
}

bool bury(sql::Connection& connection,
          std::int64_t id,
          std::int64_t fence,
          std::string_view reason,
          UnixMillis now) {
  const auto item = held(connection, id, fence);
  if (!item) return false;
  make_dead(connection, *item, reason, now);
  return true;
}

bool extend(sql::Connection& connection,
            std::int64_t id,
            std::int64_t fence,
            UnixMillis lease_until) {
  return connection
             .query(
                 "UPDATE queue_items SET lease_until = $3"
                 " WHERE id = $1 AND fence = $2 AND status = 'leased'",
                 {id, fence, lease_until})
             .changed() != 0;
}

bool snooze(sql::Connection& connection, std::int64_t id, std::int64_t fence, UnixMillis run_at) {
  return connection
             .query(
                 "UPDATE queue_items SET status = 'ready', run_at = $3,"
                 " attempts = attempts - 1, lease_owner = NULL, lease_until = NULL"
                 " WHERE id = $1 AND fence = $2 AND status = 'leased'",
                 {id, fence, run_at})
             .changed() != 0;
}

std::vector<std::string> return_expired(sql::Connection& connection, UnixMillis now) {
  std::string statement = "SELECT " BOT_ITEM_COLUMNS
                          " FROM queue_items WHERE status = 'leased' AND lease_until <= $1"
                          " ORDER BY lease_until, id";
  statement.append(connection.dialect().skip_locked);
  std::vector<std::string> lanes;
  for (const auto& item : store::read_all(connection.query(statement, {now}), read_item)) {
    give_back(connection, item, now);
    if (std::find(lanes.begin(), lanes.end(), item.lane) == lanes.end()) lanes.push_back(item.lane);
  }
  return lanes;
}

std::size_t return_leases_of(sql::Connection& connection, std::string_view owner, UnixMillis now) {
  std::string statement =
      "SELECT " BOT_ITEM_COLUMNS " FROM queue_items WHERE status = 'leased' AND lease_owner = $1";
  statement.append(connection.dialect().for_update);
  const auto items = store::read_all(connection.query(statement, {owner}), read_item);
  for (const auto& item : items)
    give_back(connection, item, now);
  return items.size();
}

void return_unknown(sql::Connection& connection,
                    std::string_view lane,
                    std::string_view owner,
                    const std::set<std::int64_t>& known) {
  std::string statement = "SELECT " BOT_ITEM_COLUMNS
                          " FROM queue_items WHERE status = 'leased' AND lease_owner = $1"
                          " AND lane = $2";
  statement.append(connection.dialect().for_update);
  for (const auto& item : store::read_all(connection.query(statement, {owner, lane}), read_item)) {
    if (!known.contains(item.id)) snooze(connection, item.id, item.fence, item.run_at);
  }
}

}  // namespace bot::queue
