// What workers take out of the queue, and when they should look again.
#include "server/queue/claim.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "server/queue/item_columns.hpp"

namespace bot::queue {
namespace {

// The priorities for which items wait in a lane are few: walking them from index entry to index
// entry finds the next items without a look at those whose time has not come. The first of an order
// is asked for and not MAX, MIN or EXISTS: for these PostgreSQL reads all that waits when it
// expects that to be little, and its statistics are of a time when the queue was empty.
#define BOT_WAITING " FROM queue_items WHERE lane = $1 AND status = 'ready'"
#define BOT_PRIORITIES                                                        \
  "WITH RECURSIVE priorities(p) AS (SELECT (SELECT priority" BOT_WAITING      \
  " AND NOT EXISTS (SELECT 1 FROM paused_lanes WHERE paused_lanes.lane = $1)" \
  " ORDER BY priority DESC LIMIT 1)"                                          \
  " UNION ALL SELECT (SELECT priority" BOT_WAITING                            \
  " AND priority < p ORDER BY priority DESC LIMIT 1)"                         \
  " FROM priorities WHERE p IS NOT NULL) "
// When the first of the priority p that meet the conditions can run; null when there is none.
#define BOT_FIRST_RUN_AT "(SELECT run_at" BOT_WAITING " AND priority = p"
#define BOT_FIRST_RUN_AT_END " ORDER BY run_at LIMIT 1)"

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

// Each priority with the time of its first item, the highest first.
std::string outlook_statement(const Shares& shares, std::vector<sql::Value>& values) {
  return BOT_PRIORITIES "SELECT p, " BOT_FIRST_RUN_AT + without(shares.full(), values) +
         BOT_FIRST_RUN_AT_END " FROM priorities WHERE p IS NOT NULL ORDER BY p DESC";
}

// For a number of ids that is a power of two: the statements are kept by their text.
std::string lease_statement(std::size_t ids) {
  std::string statement =
      "UPDATE queue_items SET status = 'leased', lease_owner = $1, lease_until = $2,"
      " fence = fence + 1, attempts = attempts + 1, started_at = COALESCE(started_at, $3),"
      " max_attempts = COALESCE(CAST($4 AS BIGINT), max_attempts) WHERE id IN (";
  for (std::size_t i = 0; i < ids; ++i)
    statement += (i == 0 ? "$" : ", $") + std::to_string(i + 5);
  return statement + ") RETURNING " BOT_ITEM_COLUMNS;
}

std::size_t power_of_two_for(std::size_t n) {
  std::size_t power = 1;
  while (power < n)
    power *= 2;
  return power;
}

}  // namespace

Claim::Claim(const Claimant& claimant,
             std::size_t n,
             UnixMillis now,
             Shares& shares,
             const Listeners& listeners)
    : claimant_(claimant),
      n_(n),
      now_(now),
      shares_(shares),
      listeners_(listeners),
      bound_(std::numeric_limits<std::int64_t>::max()) {}

Claim::Candidate Claim::read_candidate(store::RowReader& reader) {
  const auto id = reader.integer();
  auto fair_key = reader.optional_text();
  return {id, std::move(fair_key), reader.integer()};
}

Claim::Waiting Claim::read_waiting(store::RowReader& reader) {
  const auto priority = reader.integer();
  return {priority, reader.optional_integer()};
}

// Those of the highest priority of which something is due, in their order, held until the end of
// the transaction.
sql::Statement Claim::question(const sql::Dialect& dialect) {
  std::vector<sql::Value> values = {claimant_.lane, now_, n_ - claimed_.size(), bound_};
  const auto others = without(shares_.full(), values);
  question_ =
      BOT_PRIORITIES "SELECT id, fair_key, priority" BOT_WAITING
                     " AND run_at <= $2 AND priority = (SELECT MAX(p) FROM priorities WHERE p <= $4"
                     " AND " BOT_FIRST_RUN_AT " AND run_at <= $2" +
      others + BOT_FIRST_RUN_AT_END " IS NOT NULL)" + others + " ORDER BY run_at, id LIMIT $3";
  question_.append(dialect.skip_locked);
  return {question_, std::move(values)};
}

std::vector<Item> Claim::finish(sql::Connection& connection, sql::Rows candidates) {
  while (true) {
    const auto found = store::read_all(std::move(candidates), read_candidate);
    const auto ids = taken(found);
    lease_out_and_look(connection, ids);
    // Behind those that were passed over there may be more, which are asked for without them; what
    // is due and was not given is held by others.
    if (!found.empty()) bound_ = found[0].priority;
    const auto tried = found.empty() ? due() : bound_;
    if (!tried || claimed_.size() == n_) break;
    if (ids.size() == found.size()) {
      if (*tried == std::numeric_limits<std::int64_t>::min()) break;
      bound_ = *tried - 1;
    }
    if (!due()) break;
    const auto next = question(connection.dialect());
    candidates = connection.query(next.sql, next.values);
  }
  return std::move(claimed_);
}

std::optional<UnixMillis> Claim::next_run_at() const {
  std::optional<UnixMillis> next;
  for (const auto& waiting : outlook_) {
    if (waiting.run_at && (!next || *waiting.run_at < *next)) next = waiting.run_at;
  }
  return next;
}

std::vector<std::int64_t> Claim::taken(const std::vector<Candidate>& candidates) {
  std::vector<std::int64_t> ids;
  for (const auto& candidate : candidates) {
    if (shares_.take(candidate.fair_key)) ids.push_back(candidate.id);
  }
  return ids;
}

void Claim::lease_out_and_look(sql::Connection& connection, const std::vector<std::int64_t>& ids) {
  std::vector<sql::Value> place = {claimant_.lane};
  const auto outlook = outlook_statement(shares_, place);
  if (ids.empty()) {
    outlook_ = store::read_all(connection.query(outlook, place), read_waiting);
    return;
  }
  const auto places = power_of_two_for(ids.size());
  const auto lease = lease_statement(places);
  std::vector<sql::Value> values = {
      claimant_.owner, now_ + claimant_.lease.count(), now_, claimant_.max_attempts};
  for (std::size_t i = 0; i < places; ++i)
    values.emplace_back(ids[std::min(i, ids.size() - 1)]);
  const std::array<sql::Statement, 2> statements = {
      {{lease, std::move(values)}, {outlook, std::move(place)}}};
  auto answers = connection.query_all(statements);
  auto items = store::read_all(std::move(answers[0]), read_item);
  outlook_ = store::read_all(std::move(answers[1]), read_waiting);
  const auto rank = [&](const Item& item) { return std::find(ids.begin(), ids.end(), item.id); };
  std::sort(
      items.begin(), items.end(), [&](const Item& a, const Item& b) { return rank(a) < rank(b); });
  const bool heard = listeners_.listens_to(claimant_.lane);
  for (auto& item : items) {
    if (heard)
      listeners_.tell(connection,
                      {.item = item,
                       .from = ItemStatus::ready,
                       .change = Change::claimed,
                       .worker = item.lease_owner});
    claimed_.push_back(std::move(item));
  }
}

std::optional<std::int64_t> Claim::due() const {
  for (const auto& waiting : outlook_) {
    if (waiting.priority <= bound_ && waiting.run_at && *waiting.run_at <= now_)
      return waiting.priority;
  }
  return std::nullopt;
}

std::vector<Item> claim(sql::Connection& connection,
                        const Claimant& claimant,
                        std::size_t n,
                        UnixMillis now,
                        Shares& shares,
                        const Listeners& listeners) {
  Claim claim(claimant, n, now, shares, listeners);
  const auto question = claim.question(connection.dialect());
  return claim.finish(connection, connection.query(question.sql, question.values));
}

std::vector<Item> claim(sql::Connection& connection,
                        const Claimant& claimant,
                        std::size_t n,
                        UnixMillis now,
                        const Listeners& listeners) {
  Shares unlimited;
  return claim(connection, claimant, n, now, unlimited, listeners);
}

std::optional<UnixMillis> next_run_at(sql::Connection& connection,
                                      std::string_view lane,
                                      const Shares& shares) {
  std::vector<sql::Value> values = {lane};
  const auto statement = outlook_statement(shares, values);
  std::optional<UnixMillis> next;
  const auto outlook = connection.query(statement, values);
  for (const sql::Row row : outlook) {
    const auto run_at = row.optional_integer(std::size_t{1});
    if (run_at && (!next || *run_at < *next)) next = run_at;
  }
  return next;
}

}  // namespace bot::queue
