#include "server/store/command_store.hpp"

#include <algorithm>

#include "server/store/row_reader.hpp"

namespace bot::store {
namespace {

#define BOT_COMMAND_COLUMNS                                                         \
  "id, meeting_id, session_uid, action, payload, status, created_at, delivered_at," \
  " acknowledged_at, result"

CommandRow read_command(RowReader& reader) {
  CommandRow command;
  command.id = reader.integer();
  command.meeting_id = reader.integer();
  command.session_uid = reader.text();
  command.action = reader.text();
  command.payload = reader.text();
  command.status = reader.text();
  command.created_at = reader.integer();
  command.delivered_at = reader.optional_integer();
  command.acknowledged_at = reader.optional_integer();
  command.result = reader.optional_text();
  return command;
}

}  // namespace

CommandRow CommandStore::add(const NewCommand& command, UnixMillis now) {
  const auto rows = connection_.query(
      "INSERT INTO bot_commands (meeting_id, session_uid, action, payload, status, created_at)"
      " VALUES ($1, $2, $3, $4, 'sent', $5) RETURNING " BOT_COMMAND_COLUMNS,
      {command.meeting_id, command.session_uid, command.action, command.payload, now});
  RowReader reader(rows[0]);
  return read_command(reader);
}

std::optional<CommandRow> CommandStore::find(std::int64_t id) {
  return read_first(
      connection_.query("SELECT " BOT_COMMAND_COLUMNS " FROM bot_commands WHERE id = $1", {id}),
      read_command);
}

std::vector<CommandRow> CommandStore::of_meeting(std::int64_t meeting_id) {
  return read_all(connection_.query("SELECT " BOT_COMMAND_COLUMNS
                                    " FROM bot_commands WHERE meeting_id = $1 ORDER BY id",
                                    {meeting_id}),
                  read_command);
}

std::vector<CommandRow> CommandStore::undelivered(std::string_view session_uid,
                                                  std::int64_t after_id) {
  return read_all(connection_.query("SELECT " BOT_COMMAND_COLUMNS
                                    " FROM bot_commands WHERE session_uid = $1 AND id > $2"
                                    " AND status <> 'acknowledged' ORDER BY id",
                                    {session_uid, after_id}),
                  read_command);
}

std::vector<std::pair<std::string, std::int64_t>> CommandStore::last_undelivered(
    std::span<const std::string> session_uids) {
  // Always the same statement, so that it is prepared once.
  constexpr std::size_t at_once = 100;
  static const std::string statement = [] {
    std::string text = "SELECT session_uid, MAX(id) FROM bot_commands WHERE session_uid IN ($1";
    for (std::size_t i = 2; i <= at_once; ++i)
      text += ", $" + std::to_string(i);
    return text + ") AND status <> 'acknowledged' GROUP BY session_uid";
  }();
  std::vector<std::pair<std::string, std::int64_t>> found;
  for (std::size_t first = 0; first < session_uids.size(); first += at_once) {
    const auto some = session_uids.subspan(first, std::min(at_once, session_uids.size() - first));
    std::vector<sql::Value> values(some.begin(), some.end());
    values.resize(at_once, "");
    for (const sql::Row row : connection_.query(statement, values))
      found.emplace_back(row.text(0), row.integer(1));
  }
  return found;
}

std::optional<std::vector<CommandRow>> CommandStore::begin_publishing(std::string_view session_uid,
                                                                      UnixMillis until,
                                                                      UnixMillis now) {
  const auto mine =
      connection_
          .query(
              "UPDATE meeting_sessions SET publishing_until = $2 WHERE session_uid = $1"
              " AND (publishing_until IS NULL OR publishing_until < $3)",
              {session_uid, until, now})
          .changed();
  if (mine == 0) {
    const auto session =
        connection_.query("SELECT 1 FROM meeting_sessions WHERE session_uid = $1", {session_uid});
    if (session.empty()) return std::vector<CommandRow>{};
    return std::nullopt;
  }
  return read_all(
      connection_.query("SELECT " BOT_COMMAND_COLUMNS " FROM bot_commands WHERE session_uid = $1"
                        " AND published_at IS NULL ORDER BY id",
                        {session_uid}),
      read_command);
}

void CommandStore::end_publishing(std::string_view session_uid,
                                  std::int64_t last_id,
                                  UnixMillis now) {
  connection_.query(
      "UPDATE bot_commands SET published_at = $3"
      " WHERE session_uid = $1 AND id <= $2 AND published_at IS NULL",
      {session_uid, last_id, now});
  connection_.query("UPDATE meeting_sessions SET publishing_until = NULL WHERE session_uid = $1",
                    {session_uid});
}

std::int64_t CommandStore::count_open(std::string_view session_uid) {
  const auto rows = connection_.query(
      "SELECT COUNT(*) FROM bot_commands WHERE session_uid = $1 AND status <> 'acknowledged'",
      {session_uid});
  return rows[0].integer(0);
}

bool CommandStore::mark_delivered(std::int64_t id, UnixMillis now) {
  return connection_
             .query(
                 "UPDATE bot_commands SET status = 'delivered', delivered_at = $2"
                 " WHERE id = $1 AND status = 'sent'",
                 {id, now})
             .changed() != 0;
}

bool CommandStore::acknowledge(std::int64_t id,
                               std::string_view session_uid,
                               std::string_view result,
                               UnixMillis now) {
  return connection_
             .query(
                 "UPDATE bot_commands SET status = 'acknowledged', acknowledged_at = $4,"
                 " delivered_at = COALESCE(delivered_at, $4), result = $3"
                 " WHERE id = $1 AND session_uid = $2 AND status <> 'acknowledged'",
                 {id, session_uid, result, now})
             .changed() != 0;
}

}  // namespace bot::store
