#include "server/bots/launch_rows.hpp"

#include <algorithm>

#include "server/store/meeting_conditions.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/row_reader.hpp"

namespace bot::bots {

namespace {

#define BOT_LAUNCHED_BOTS                                                       \
  "SELECT meetings.id, meeting_sessions.session_uid, meeting_sessions.runtime," \
  " meeting_sessions.runtime_handle, meeting_sessions.owner,"                   \
  " meeting_sessions.place FROM meetings"                                       \
  " JOIN meeting_sessions ON meeting_sessions.meeting_id = meetings.id"         \
  " WHERE meetings." BOT_IS_LIVE                                                \
  " AND meeting_sessions.runtime_handle IS NOT NULL AND meeting_sessions.ended_at IS NULL"

LaunchedBot read_bot(store::RowReader& reader) {
  LaunchedBot bot;
  bot.meeting_id = reader.integer();
  bot.session_uid = reader.text();
  bot.runtime = reader.optional_text().value_or("");
  bot.handle = reader.text();
  bot.owner = reader.optional_text();
  bot.place = reader.optional_text();
  return bot;
}

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

void record_launch(sql::Connection& connection,
                   std::string_view session_uid,
                   const Launched& launched,
                   const Keeper& keeper,
                   UnixMillis now) {
  connection.query(
      "UPDATE meeting_sessions SET runtime = $2, runtime_handle = $3, owner = $4, place = $5,"
      " started_at = $6 WHERE session_uid = $1",
      {session_uid,
       launched.runtime,
       launched.handle,
       unless_empty(keeper.owner),
       unless_empty(keeper.place),
       now});
}

void forget_launch(sql::Connection& connection,
                   std::string_view session_uid,
                   std::string_view handle) {
  connection.query(
      "UPDATE meeting_sessions SET runtime_handle = NULL, owner = NULL, place = NULL"
      " WHERE session_uid = $1 AND runtime_handle = $2",
      {session_uid, handle});
}

std::vector<LaunchedBot> launched_bots(sql::Connection& connection) {
  return store::read_all(connection.query(BOT_LAUNCHED_BOTS " ORDER BY meetings.id"), read_bot);
}

std::vector<LaunchedBot> bots_of(sql::Connection& connection, std::string_view owner) {
  return store::read_all(
      connection.query(BOT_LAUNCHED_BOTS " AND meeting_sessions.owner = $1 ORDER BY meetings.id",
                       {owner}),
      read_bot);
}

std::vector<LaunchedBot> orphans(sql::Connection& connection,
                                 std::string_view place,
                                 const std::vector<std::string>& gone) {
  std::vector<sql::Value> values = {place};
  std::string statement = BOT_LAUNCHED_BOTS
      " AND (meeting_sessions.place IS NULL OR meeting_sessions.place = $1)"
      " AND (meeting_sessions.owner IS NULL OR NOT EXISTS"
      " (SELECT 1 FROM replicas WHERE replicas.id = meeting_sessions.owner)";
  for (const auto& id : gone) {
    values.emplace_back(id);
    statement += " OR meeting_sessions.owner = $" + std::to_string(values.size());
  }
  statement += ") ORDER BY meetings.id";
  return store::read_all(connection.query(statement, values), read_bot);
}

bool take_over(sql::Connection& connection,
               const LaunchedBot& bot,
               const Keeper& keeper,
               UnixMillis now) {
  store::MeetingStore meetings(connection);
  // The meeting first, then its session: as everybody else holds them.
  if (!meetings.hold(bot.meeting_id)) return false;
  const auto taken = connection.query(
      "UPDATE meeting_sessions SET owner = $2, place = $3 WHERE session_uid = $1"
      " AND ended_at IS NULL AND runtime_handle = $5"
      " AND (owner = $4 OR owner = $2 OR (owner IS NULL AND $4 IS NULL))",
      {bot.session_uid,
       unless_empty(keeper.owner),
       unless_empty(keeper.place),
       bot.owner,
       bot.handle});
  if (taken.changed() == 0) return false;
  meetings.touch_heartbeat(bot.meeting_id, now);
  return true;
}

std::int64_t count_waiting_launches(sql::Connection& connection) {
  const auto rows = connection.query(
      "SELECT COUNT(*) FROM queue_items WHERE lane = 'bot.launch' AND status = 'ready'");
  return rows[0].integer(std::size_t{0});
}

bool launch_is_queued(sql::Connection& connection, std::int64_t meeting_id) {
  const auto rows = connection.query(
      "SELECT id FROM queue_items WHERE lane = 'bot.launch' AND unique_key = $1"
      " AND status IN ('ready', 'leased')",
      {"meeting:" + std::to_string(meeting_id)});
  return !rows.empty();
}

std::set<std::string> sessions_without_row(sql::Connection& connection,
                                           const std::vector<std::string>& session_uids,
                                           UnixMillis before) {
  constexpr std::size_t together = 500;
  std::set<std::string> without(session_uids.begin(), session_uids.end());
  for (std::size_t first = 0; first < session_uids.size(); first += together) {
    const auto last = std::min(first + together, session_uids.size());
    std::vector<sql::Value> values = {before};
    std::string places;
    for (std::size_t i = first; i < last; ++i) {
      values.emplace_back(session_uids[i]);
      places += (places.empty() ? "$" : ", $") + std::to_string(values.size());
    }
    const auto rows = connection.query(
        "SELECT session_uid FROM meeting_sessions"
        " WHERE (ended_at IS NULL OR ended_at >= $1) AND session_uid IN (" +
            places + ")",
        values);
    for (const sql::Row row : rows)
      without.erase(row.text(std::size_t{0}));
  }
  return without;
}

std::vector<std::int64_t> stale_reservations(sql::Connection& connection, UnixMillis before) {
  // The state is spelled as in the partial index, or the engines would not use it.
  const auto rows = connection.query(
      "SELECT meetings.id FROM meetings"
      " JOIN meeting_sessions ON meeting_sessions.meeting_id = meetings.id"
      " WHERE meetings.status = 'reserved'"
      " AND meetings." BOT_IS_LIVE
      " AND meetings.state_since_ms < $1 AND meeting_sessions.started_at < $1"
      " AND NOT EXISTS (SELECT 1 FROM queue_items WHERE queue_items.lane = 'bot.launch'"
      " AND queue_items.unique_key = 'meeting:' || meetings.id"
      " AND queue_items.status IN ('ready', 'leased') AND queue_items.run_at >= $1)"
      " ORDER BY meetings.id",
      {before});
  std::vector<std::int64_t> ids;
  ids.reserve(rows.size());
  for (const sql::Row row : rows)
    ids.push_back(row.integer(std::size_t{0}));
  return ids;
}

}  // namespace bot::bots
