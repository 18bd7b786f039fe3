#include "server/queue/queue.hpp"

#include <algorithm>
#include <utility>

#include "server/queue/decision.hpp"
#include "server/queue/item_columns.hpp"

namespace bot::queue {
namespace {

// So many statements are on their way at once.
constexpr std::size_t at_once = 500;

#define BOT_ENQUEUE                                                                   \
  "INSERT INTO queue_items (lane, kind, payload, status, priority, run_at, attempts," \
  " max_attempts, unique_key, fence, history, created_at, fair_key, time_limit)"      \
  " VALUES ($1, $2, $3, 'ready', $4, $5, 0, $6, $7, 0, '[]', $8, $9, $10)"            \
  " ON CONFLICT (lane, unique_key)"                                                   \
  " WHERE unique_key IS NOT NULL AND status IN ('ready', 'leased') DO NOTHING"

std::optional<std::int64_t> count_of(const std::optional<Millis>& time) {
  if (!time) return std::nullopt;
  return time->count();
}

std::vector<sql::Value> values_of(const NewItem& item, UnixMillis now) {
  return {item.lane,
          item.kind,
          item.payload,
          item.priority,
          item.run_at.value_or(now),
          item.max_attempts,
          item.unique_key,
          now,
          item.fair_key,
          count_of(item.time_limit)};
}

// The item if it is leased under this fence, held until the end of the transaction.
std::optional<Item> held(sql::Connection& connection, std::int64_t id, std::int64_t fence) {
  std::string statement =
      "SELECT " BOT_ITEM_COLUMNS " FROM queue_items WHERE id = $1 AND fence = $2 AND status = $3";
  statement.append(connection.dialect().for_update);
  return store::read_first(connection.query(statement, {id, fence, "leased"}), read_item);
}

bool carry_out_one(sql::Connection& connection,
                   const Decision& decision,
                   UnixMillis now,
                   const Listeners& listeners) {
  return carry_out(connection, std::span(&decision, 1), now, listeners) == 1;
}

void lose_all(sql::Connection& connection,
              const std::vector<Item>& items,
              UnixMillis now,
              const Listeners& listeners) {
  std::vector<Decision> decisions;
  decisions.reserve(items.size());
  for (const auto& item : items)
    decisions.push_back(lost(item, now));
  carry_out(connection, decisions, now, listeners);
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

std::vector<std::optional<std::int64_t>> enqueue_all(sql::Connection& connection,
                                                     std::span<const NewItem> items,
                                                     UnixMillis now) {
  std::vector<std::optional<std::int64_t>> ids;
  ids.reserve(items.size());
  for (; !items.empty(); items = items.subspan(std::min(at_once, items.size()))) {
    std::vector<sql::Statement> statements;
    for (const auto& item : items.first(std::min(at_once, items.size())))
      statements.push_back({BOT_ENQUEUE " RETURNING id", values_of(item, now)});
    const auto answers = connection.query_all(statements);
    for (const auto& rows : answers) {
      if (rows.empty()) {
        ids.emplace_back(std::nullopt);
      } else {
        ids.emplace_back(rows[0].integer(std::size_t{0}));
      }
    }
  }
  return ids;
}

std::optional<Item> find(sql::Connection& connection, std::int64_t id) {
  return store::read_first(
      connection.query("SELECT " BOT_ITEM_COLUMNS " FROM queue_items WHERE id = $1", {id}),
      read_item);
}

bool complete(sql::Connection& connection,
              std::int64_t id,
              std::int64_t fence,
              UnixMillis now,
              const Listeners& listeners) {
  const auto item = held(connection, id, fence);
  return item &&
         carry_out_one(connection, {.item = &*item, .change = Change::done}, now, listeners);
}

bool retry_at(sql::Connection& connection,
              std::int64_t id,
              std::int64_t fence,
              const Retry& next,
              UnixMillis now,
              const Listeners& listeners) {
  const auto item = held(connection, id, fence);
  return item &&
         carry_out_one(
             connection, retried(*item, std::string(next.error), next.run_at), now, listeners);
}

bool bury(sql::Connection& connection,
          std::int64_t id,
          std::int64_t fence,
          std::string_view reason,
          UnixMillis now,
          const Listeners& listeners) {
  const auto item = held(connection, id, fence);
  return item &&
         carry_out_one(connection,
                       {.item = &*item, .change = Change::buried, .reason = std::string(reason)},
                       now,
                       listeners);
}

bool snooze(sql::Connection& connection,
            std::int64_t id,
            std::int64_t fence,
            UnixMillis run_at,
            UnixMillis now,
            const Listeners& listeners) {
  const auto item = held(connection, id, fence);
  return item && carry_out_one(connection,
                               {.item = &*item, .change = Change::snoozed, .run_at = run_at},
                               now,
                               listeners);
}

bool extend(sql::Connection& connection,
            std::int64_t id,
            std::int64_t fence,
            UnixMillis lease_until) {
  const auto extension = extension_of(id, fence, lease_until);
  return connection.query(extension.sql, extension.values).changed() != 0;
}

std::vector<std::string> return_expired(sql::Connection& connection,
                                        UnixMillis now,
                                        const Listeners& listeners) {
  std::string statement = "SELECT " BOT_ITEM_COLUMNS
                          " FROM queue_items WHERE status = 'leased' AND lease_until <= $1"
                          " ORDER BY lease_until, id";
  statement.append(connection.dialect().skip_locked);
  const auto items = store::read_all(connection.query(statement, {now}), read_item);
  lose_all(connection, items, now, listeners);
  std::vector<std::string> lanes;
  for (const auto& item : items) {
    if (std::find(lanes.begin(), lanes.end(), item.lane) == lanes.end()) lanes.push_back(item.lane);
  }
  return lanes;
}

std::size_t return_leases_of(sql::Connection& connection,
                             std::string_view owner,
                             UnixMillis now,
                             const Listeners& listeners) {
  std::string statement =
      "SELECT " BOT_ITEM_COLUMNS
      " FROM queue_items WHERE status = 'leased' AND lease_owner = $1 ORDER BY id";
  statement.append(connection.dialect().for_update);
  const auto items = store::read_all(connection.query(statement, {owner}), read_item);
  lose_all(connection, items, now, listeners);
  return items.size();
}

void return_unknown(sql::Connection& connection,
                    std::string_view lane,
                    std::string_view owner,
                    const std::set<std::int64_t>& known,
                    UnixMillis now,
                    const Listeners& listeners) {
  std::string statement = "SELECT " BOT_ITEM_COLUMNS
                          " FROM queue_items WHERE status = 'leased' AND lease_owner = $1"
                          " AND lane = $2 ORDER BY id";
  statement.append(connection.dialect().for_update);
  const auto items = store::read_all(connection.query(statement, {owner, lane}), read_item);
  std::vector<Decision> decisions;
  for (const auto& item : items) {
    if (!known.contains(item.id))
      decisions.push_back({.item = &item, .change = Change::snoozed, .run_at = item.run_at});
  }
  carry_out(connection, decisions, now, listeners);
}

}  // namespace bot::queue
