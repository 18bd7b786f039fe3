#include "server/queue/decision.hpp"

#include <utility>

#include "server/queue/item_columns.hpp"

namespace bot::queue {
namespace {

// The state is a value, so that no engine looks for the row among all that is leased: that index
// is full of what was.
#define BOT_IF_HELD " WHERE id = $1 AND fence = $2 AND status = $3"
// The shorter answer is for those whom nobody listens to: payloads can be long.
#define BOT_ANSWER " RETURNING cancelled_at"
#define BOT_WHOLE_ANSWER " RETURNING " BOT_ITEM_COLUMNS
#define BOT_RELEASE " lease_owner = NULL, lease_until = NULL"

#define BOT_COMPLETE \
  "UPDATE queue_items SET status = 'done', finished_at = $4," BOT_RELEASE BOT_IF_HELD

#define BOT_UNLESS_CANCELLED(then, otherwise) \
  " CASE WHEN cancel_requested_at IS NULL THEN " then " ELSE " otherwise " END"

#define BOT_BURY \
  "UPDATE queue_items SET status =" BOT_UNLESS_CANCELLED("'dead'", "'done'")               \
  ", cancelled_at =" BOT_UNLESS_CANCELLED("NULL", "CAST($6 AS BIGINT)")                    \
  ", last_error =" BOT_UNLESS_CANCELLED("CAST($4 AS TEXT)", "last_error")                  \
  ", history = $5, finished_at = $6," BOT_RELEASE BOT_IF_HELD

// The reason of the one who asked for it is kept.
#define BOT_CANCEL                                                                                \
  "UPDATE queue_items SET status = 'done', cancelled_at = $5, finished_at = $5, last_error ="     \
  " CASE WHEN cancel_requested_at IS NULL THEN CAST($4 AS TEXT) ELSE last_error END," BOT_RELEASE \
      BOT_IF_HELD

#define BOT_AGAIN \
  "UPDATE queue_items SET status =" BOT_UNLESS_CANCELLED("'ready'", "'done'")                \
  ", finished_at =" BOT_UNLESS_CANCELLED("NULL", "CAST($8 AS BIGINT)")                       \
  ", cancelled_at =" BOT_UNLESS_CANCELLED("NULL", "CAST($8 AS BIGINT)")                      \
  ", last_error =" BOT_UNLESS_CANCELLED("COALESCE(CAST($6 AS TEXT), last_error)", "last_error") \
  ", history = COALESCE(CAST($7 AS TEXT), history), run_at = $4, attempts = attempts - $5,"  \
  BOT_RELEASE BOT_IF_HELD

sql::Statement again(const Decision& decision, UnixMillis now, std::string_view sql) {
  const auto& item = *decision.item;
  sql::Value error;
  sql::Value history;
  if (decision.change == Change::retried) {
    error = decision.reason;
    history = with_event(item, "retry", decision.reason, now);
  } else if (decision.change == Change::lost) {
    history = with_event(item, "lost", decision.reason, now);
  }
  const std::int64_t unspent = decision.change == Change::snoozed ? 1 : 0;
  return {sql, {item.id, item.fence, "leased", decision.run_at, unspent, error, history, now}};
}

// Why it was cancelled is known from the row only.
void note_cancellation(sql::Connection& connection, Item& item, UnixMillis now) {
  item.history = with_event(item, "cancelled", item.last_error.value_or(""), now);
  connection.defer("UPDATE queue_items SET history = $2 WHERE id = $1", {item.id, item.history});
}

std::optional<Item> stored(sql::Connection& connection, std::int64_t id) {
  return store::read_first(
      connection.query("SELECT " BOT_ITEM_COLUMNS " FROM queue_items WHERE id = $1", {id}),
      read_item);
}

}  // namespace

Decision retried(const Item& item, std::string reason, UnixMillis run_at) {
  const auto change = item.attempts < item.max_attempts ? Change::retried : Change::buried;
  return {.item = &item, .change = change, .reason = std::move(reason), .run_at = run_at};
}

Decision lost(const Item& item, UnixMillis now) {
  if (item.cancel_requested_at) return {.item = &item, .change = Change::cancelled};
  if (item.attempts >= item.max_attempts)
    return {.item = &item,
            .change = Change::buried,
            .reason = "its worker was lost during the last attempt"};
  return {.item = &item,
          .change = Change::lost,
          .reason = "worker " + item.lease_owner.value_or("?") + " was lost",
          .run_at = now};
}

sql::Statement statement_of(const Decision& decision, UnixMillis now, const Listeners& listeners) {
  const auto& item = *decision.item;
  const bool whole = listeners.listens_to(item.lane);
  switch (decision.change) {
    case Change::buried:
      return {whole ? BOT_BURY BOT_WHOLE_ANSWER : BOT_BURY BOT_ANSWER,
              {item.id,
               item.fence,
               "leased",
               decision.reason,
               with_event(item, "dead", decision.reason, now),
               now}};
    case Change::cancelled:
      return {whole ? BOT_CANCEL BOT_WHOLE_ANSWER : BOT_CANCEL BOT_ANSWER,
              {item.id, item.fence, "leased", decision.reason, now}};
    case Change::retried:
    case Change::snoozed:
    case Change::lost:
      return again(decision, now, whole ? BOT_AGAIN BOT_WHOLE_ANSWER : BOT_AGAIN BOT_ANSWER);
    default:
      return {whole ? BOT_COMPLETE BOT_WHOLE_ANSWER : BOT_COMPLETE BOT_ANSWER,
              {item.id, item.fence, "leased", now}};
  }
}

std::optional<Change> conclude(sql::Connection& connection,
                               const Decision& decision,
                               sql::Rows answer,
                               UnixMillis now,
                               const Listeners& listeners) {
  if (answer.empty()) return std::nullopt;
  if (decision.with != nullptr && *decision.with) (*decision.with)(connection);
  const bool cancelled = !answer[0].is_null("cancelled_at");
  const auto change = cancelled ? Change::cancelled : decision.change;
  const bool whole = listeners.listens_to(decision.item->lane);
  if (!whole && !cancelled) return change;
  auto item = whole ? store::read_first(std::move(answer), read_item)
                    : stored(connection, decision.item->id);
  if (!item) return change;
  if (cancelled) note_cancellation(connection, *item, now);
  const auto reason = cancelled ? item->last_error.value_or("") : decision.reason;
  listeners.tell(connection,
                 {.item = *std::move(item),
                  .from = ItemStatus::leased,
                  .change = change,
                  .reason = reason,
                  .worker = decision.item->lease_owner});
  return change;
}

std::size_t carry_out(sql::Connection& connection,
                      std::span<const Decision> decisions,
                      UnixMillis now,
                      const Listeners& listeners) {
  if (decisions.empty()) return 0;
  std::vector<sql::Statement> statements;
  statements.reserve(decisions.size());
  for (const auto& decision : decisions)
    statements.push_back(statement_of(decision, now, listeners));
  auto answers = connection.query_all(statements);
  std::size_t held = 0;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    if (conclude(connection, decisions[i], std::move(answers[i]), now, listeners)) ++held;
  }
  return held;
}

sql::Statement extension_of(std::int64_t id, std::int64_t fence, UnixMillis lease_until) {
  return {
      "UPDATE queue_items SET lease_until = $3"
      " WHERE id = $1 AND fence = $2 AND status = 'leased'",
      {id, fence, lease_until}};
}

}  // namespace bot::queue
