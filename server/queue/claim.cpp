// What workers take out of the queue, and when they should look again.
#include <utility>

#include "server/queue/item_columns.hpp"
#include "server/queue/queue.hpp"

namespace bot::queue {
namespace {

// The priorities for which items wait in a lane are few: walking them from index entry to index
// entry finds the next items without a look at those whose time has not come.
std::optional<std::int64_t> highest_priority(sql::Connection& connection, std::string_view lane) {
  const auto rows = connection.query(
      "SELECT MAX(priority) FROM queue_items WHERE lane = $1 AND status = 'ready'", {lane});
  return rows[0].optional_integer(0);
}

std::optional<std::int64_t> next_priority(sql::Connection& connection,
                                          std::string_view lane,
                                          std::int64_t below) {
  const auto rows = connection.query(
      "SELECT MAX(priority) FROM queue_items WHERE lane = $1 AND status = 'ready'"
      " AND priority < $2",
      {lane, below});
  return rows[0].optional_integer(0);
}

// A condition that passes over items of these keys; adds them to the values. The index holds the
// key, so that what is passed over is not read.
std::string without(const std::vector<std::string>& keys, std::vector<sql::Value>& values) {
  if (keys.empty()) return "";
  std::string places;
  for (const auto& key : keys) {
    values.emplace_back(key);
    places += (places.empty() ? "$" : ", $") + std::to_string(values.size());
  }
  return " AND (fair_key IS NULL OR fair_key NOT IN (" + places + "))";
}

struct Candidate {
  std::int64_t id;
  std::optional<std::string> fair_key;
};

Candidate read_candidate(store::RowReader& reader) {
  const auto id = reader.integer();
  return {id, reader.optional_text()};
}

// In their order, held until the end of the transaction.
std::vector<Candidate> candidates(sql::Connection& connection,
                                  std::string_view lane,
                                  std::int64_t priority,
                                  std::size_t n,
                                  UnixMillis now,
                                  const Shares& shares) {
  std::vector<sql::Value> values = {lane, priority, now, n};
  std::string statement =
      "SELECT id, fair_key FROM queue_items WHERE lane = $1 AND status = 'ready'"
      " AND priority = $2 AND run_at <= $3";
  statement.append(without(shares.full(), values))
      .append(" ORDER BY run_at, id LIMIT $4")
      .append(connection.dialect().skip_locked);
  return store::read_all(connection.query(statement, values), read_candidate);
}

Item lease_out(sql::Connection& connection,
               std::int64_t id,
               std::string_view owner,
               UnixMillis lease_until) {
  auto rows = connection.query(
      "UPDATE queue_items SET status = 'leased', lease_owner = $2, lease_until = $3,"
      " fence = fence + 1, attempts = attempts + 1 WHERE id = $1 RETURNING " BOT_ITEM_COLUMNS,
      {id, owner, lease_until});
  store::RowReader reader(rows, 0);
  return read_item(reader);
}

}  // namespace

std::vector<Item> claim(sql::Connection& connection,
                        const Claimant& claimant,
                        std::size_t n,
                        UnixMillis now,
                        Shares& shares) {
  const auto& [lane, owner, lease] = claimant;
  std::vector<Item> claimed;
  auto priority = highest_priority(connection, lane);
  while (priority && claimed.size() < n) {
    bool passed_over = false;
    for (const auto& [id, fair_key] :
         candidates(connection, lane, *priority, n - claimed.size(), now, shares)) {
      if (shares.take(fair_key)) {
        claimed.push_back(lease_out(connection, id, owner, now + lease.count()));
      } else {
        passed_over = true;
      }
    }
    // Behind those that were passed over there may be more, which are asked for without them.
    if (!passed_over) priority = next_priority(connection, lane, *priority);
  }
  return claimed;
}

std::vector<Item> claim(sql::Connection& connection,
                        const Claimant& claimant,
                        std::size_t n,
                        UnixMillis now) {
  Shares unlimited;
  return claim(connection, claimant, n, now, unlimited);
}

std::optional<UnixMillis> next_run_at(sql::Connection& connection,
                                      std::string_view lane,
                                      const Shares& shares) {
  std::optional<UnixMillis> next;
  for (auto priority = highest_priority(connection, lane); priority;
       priority = next_priority(connection, lane, *priority)) {
    std::vector<sql::Value> values = {lane, *priority};
    std::string statement =
        "SELECT MIN(run_at) FROM queue_items WHERE lane = $1 AND status = 'ready'"
        " AND priority = $2";
    statement += without(shares.full(), values);
    const auto rows = connection.query(statement, values);
    const auto run_at = rows[0].optional_integer(0);
    if (run_at && (!next || *run_at < *next)) next = run_at;
  }
  return next;
}

}  // namespace bot::queue
