#include "server/store/meeting_store.hpp"

#include <algorithm>
#include <limits>

#include "server/store/meeting_conditions.hpp"
#include "server/store/meeting_data.hpp"
#include "server/store/session_columns.hpp"

namespace bot::store {
namespace {

using domain::MeetingState;

#define BOT_MEETING_COLUMNS                                                                       \
  "meetings.id, meetings.user_id, meetings.platform, meetings.native_meeting_id,"                 \
  " meetings.constructed_meeting_url, meetings.status, meetings.bot_container_id,"                \
  " meetings.bot_name, meetings.language, meetings.task, meetings.passcode, meetings.start_time," \
  " meetings.end_time, meetings.data, meetings.created_at, meetings.updated_at,"                  \
  " meetings.state_since_ms, meetings.heartbeat_at, meetings.stop_requested,"                     \
  " meetings.completion_reason, meetings.failure_reason"

MeetingState state_of(std::string_view name) {
  const auto state = domain::parse_meeting_state(name);
  if (!state) throw sql::Fault("a meeting is stored in the unknown state " + std::string(name));
  return *state;
}

MeetingRow read_meeting(RowReader& reader) {
  MeetingRow meeting;
  meeting.id = reader.integer();
  meeting.user_id = reader.integer();
  meeting.platform = reader.text();
  meeting.native_meeting_id = reader.optional_text();
  meeting.constructed_meeting_url = reader.optional_text();
  meeting.status = state_of(reader.text());
  meeting.bot_container_id = reader.optional_text();
  meeting.bot_name = reader.optional_text();
  meeting.language = reader.optional_text();
  meeting.task = reader.optional_text();
  meeting.passcode = reader.optional_text();
  meeting.start_time = reader.optional_integer();
  meeting.end_time = reader.optional_integer();
  meeting.data = reader.text();
  meeting.created_at = reader.integer();
  meeting.updated_at = reader.integer();
  meeting.state_since = reader.integer();
  meeting.heartbeat_at = reader.optional_integer();
  meeting.stop_requested = reader.boolean();
  meeting.completion_reason = reader.optional_text();
  meeting.failure_reason = reader.optional_text();
  return meeting;
}

MeetingAndSession read_meeting_and_session(RowReader& reader) {
  MeetingAndSession both{read_meeting(reader), std::nullopt};
  if (!reader.at_null()) both.session = read_session(reader);
  return both;
}

// Sorted here: with an ORDER BY the engine would rather walk all meetings in that order than the
// few live ones.
std::vector<MeetingAndSession> oldest_first(sql::Rows rows) {
  auto all = read_all(std::move(rows), read_meeting_and_session);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.meeting.id < b.meeting.id;
  });
  return all;
}

#define BOT_SELECT_LIVE                                                          \
  "SELECT " BOT_MEETING_COLUMNS ", " BOT_SESSION_COLUMNS                         \
  " FROM meetings LEFT JOIN meeting_sessions ON meeting_sessions.id ="           \
  " (SELECT MAX(s.id) FROM meeting_sessions s WHERE s.meeting_id = meetings.id)" \
  " WHERE meetings." BOT_IS_LIVE

// What is read to be written back has to be held meanwhile.
sql::Rows data_for_update(sql::Connection& connection,
                          std::string_view condition,
                          std::initializer_list<sql::Value> values) {
  std::string statement = "SELECT data FROM meetings WHERE ";
  statement.append(condition).append(connection.dialect().for_update);
  return connection.query(statement, values);
}

bool is_live(MeetingState state) {
  return !domain::is_final(state);
}

// The text of a list query and its values; only which conditions there are shows in the text.
class ListQuery {
 public:
  void add_condition(std::string_view before, sql::Value value) {
    add_text(std::string(before) + place(std::move(value)));
  }
  void add_text(std::string_view condition) {
    text_ += conditions_++ == 0 ? " WHERE " : " AND ";
    text_ += condition;
  }
  std::vector<MeetingRow> run(sql::Connection& connection, const MeetingFilter& filter) {
    text_ += " ORDER BY id DESC LIMIT ";
    text_ += place(filter.limit.value_or(std::numeric_limits<std::int64_t>::max()));
    text_ += " OFFSET ";
    text_ += place(filter.offset);
    return read_all(connection.query(text_, values_), read_meeting);
  }

 private:
  std::string place(sql::Value value) {
    values_.push_back(std::move(value));
    return "$" + std::to_string(values_.size());
  }

  std::string text_ = "SELECT " BOT_MEETING_COLUMNS " FROM meetings";
  std::vector<sql::Value> values_;
  int conditions_ = 0;
};

void add_filter(ListQuery& query, const MeetingFilter& filter) {
  if (filter.status) {
    query.add_condition("status = ", domain::to_string(*filter.status));
    // Lets a search for a live state pass over a million finished rows.
    if (is_live(*filter.status)) query.add_text(BOT_IS_LIVE);
  }
  if (filter.platform) query.add_condition("platform = ", *filter.platform);
}

}  // namespace

MeetingRow MeetingStore::add(const NewMeeting& meeting, UnixMillis now) {
  MeetingRow row;
  row.id = meeting.id ? *meeting.id : next_id();
  row.user_id = meeting.user_id;
  row.platform = meeting.platform;
  row.native_meeting_id = meeting.native_meeting_id;
  row.constructed_meeting_url = meeting.constructed_meeting_url;
  row.bot_container_id = meeting.bot_container_id;
  row.bot_name = meeting.bot_name;
  row.language = meeting.language;
  row.task = meeting.task;
  row.passcode = meeting.passcode;
  row.data = data_of_new_meeting(MeetingState::reserved, now);
  row.created_at = row.updated_at = row.state_since = now;
  connection_.defer(
      "INSERT INTO meetings (id, user_id, platform, native_meeting_id, constructed_meeting_url,"
      " bot_container_id, bot_name, language, task, passcode, data, created_at, updated_at,"
      " state_since_ms, status, stop_requested)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $12, 'reserved', FALSE)",
      {row.id,
       row.user_id,
       row.platform,
       row.native_meeting_id,
       row.constructed_meeting_url,
       row.bot_container_id,
       row.bot_name,
       row.language,
       row.task,
       row.passcode,
       row.data,
       now});
  return row;
}

std::int64_t MeetingStore::next_id() {
  const auto rows = connection_.query("SELECT " + connection_.dialect().next_id("meetings"));
  return rows[0].integer(std::size_t{0});
}

std::int64_t MeetingStore::count_live(std::int64_t user_id) {
  // Said twice, because the index for it covers all live states.
  const auto rows = connection_.query(
      "SELECT COUNT(*) FROM meetings WHERE user_id = $1 AND " BOT_IS_LIVE " AND " BOT_HOLDS_A_SEAT,
      {user_id});
  return rows[0].integer(0);
}

std::int64_t MeetingStore::count_in(domain::MeetingState state) {
  // Said twice, because each index for it covers its states only.
  const auto rows = connection_.query(
      is_live(state) ? "SELECT COUNT(*) FROM meetings WHERE status = $1 AND " BOT_IS_LIVE
                     : "SELECT COUNT(*) FROM meetings WHERE status = $1 AND " BOT_IS_FINAL,
      {domain::to_string(state)});
  return rows[0].integer(0);
}

std::int64_t MeetingStore::count() {
  const auto rows = connection_.query("SELECT COUNT(*) FROM meetings");
  return rows[0].integer(0);
}

std::optional<MeetingRow> MeetingStore::find(std::int64_t id) {
  return read_first(
      connection_.query("SELECT " BOT_MEETING_COLUMNS " FROM meetings WHERE id = $1", {id}),
      read_meeting);
}

std::optional<MeetingRow> MeetingStore::hold(std::int64_t id) {
  std::string statement = "SELECT " BOT_MEETING_COLUMNS " FROM meetings WHERE id = $1";
  statement.append(connection_.dialect().for_update);
  return read_first(connection_.query(statement, {id}), read_meeting);
}

std::optional<MeetingRow> MeetingStore::find_newest(std::int64_t user_id,
                                                    std::string_view platform,
                                                    std::string_view native_meeting_id) {
  return read_first(connection_.query("SELECT " BOT_MEETING_COLUMNS
                                      " FROM meetings WHERE user_id = $1 AND platform = $2"
                                      " AND native_meeting_id = $3 ORDER BY id DESC LIMIT 1",
                                      {user_id, platform, native_meeting_id}),
                    read_meeting);
}

std::vector<MeetingRow> MeetingStore::list(std::int64_t user_id, const MeetingFilter& filter) {
  ListQuery query;
  query.add_condition("user_id = ", user_id);
  add_filter(query, filter);
  return query.run(connection_, filter);
}

std::vector<MeetingRow> MeetingStore::list_all(const MeetingFilter& filter) {
  if (filter.user_id) return list(*filter.user_id, filter);
  ListQuery query;
  add_filter(query, filter);
  // Of one user the engine would rather walk everybody's than that user's.
  if (filter.status && !is_live(*filter.status)) query.add_text(BOT_IS_FINAL);
  return query.run(connection_, filter);
}

std::vector<MeetingAndSession> MeetingStore::live_of_user(std::int64_t user_id) {
  return oldest_first(connection_.query(BOT_SELECT_LIVE " AND meetings.user_id = $1", {user_id}));
}

std::vector<MeetingAndSession> MeetingStore::live_all() {
  return oldest_first(connection_.query(BOT_SELECT_LIVE));
}

bool MeetingStore::transition(std::int64_t id,
                              MeetingState from,
                              MeetingState to,
                              const TransitionFields& fields,
                              UnixMillis now) {
  const auto rows =
      data_for_update(connection_, "id = $1 AND status = $2", {id, domain::to_string(from)});
  if (rows.empty()) return false;
  const auto data = data_after_transition(rows[0].text(0), from, to, fields, now);
  return connection_
             .query(
                 "UPDATE meetings SET status = $3, data = $4, updated_at = $5,"
                 " state_since_ms = $5, start_time = COALESCE($6, start_time),"
                 " end_time = COALESCE($7, end_time),"
                 " bot_container_id = COALESCE($8, bot_container_id),"
                 " completion_reason = COALESCE($9, completion_reason),"
                 " failure_reason = COALESCE($10, failure_reason),"
                 " stop_requested = (stop_requested OR $11) WHERE id = $1 AND status = $2",
                 {id,
                  domain::to_string(from),
                  domain::to_string(to),
                  data,
                  now,
                  fields.start_time,
                  fields.end_time,
                  fields.container_id,
                  fields.completion_reason,
                  fields.failure_reason,
                  fields.stop_requested})
             .changed() != 0;
}

bool MeetingStore::merge_data(std::int64_t id, std::string_view patch, UnixMillis now) {
  const auto rows = data_for_update(connection_, "id = $1", {id});
  if (rows.empty()) return false;
  connection_.query("UPDATE meetings SET data = $2, updated_at = $3 WHERE id = $1",
                    {id, merged_data(rows[0].text(0), patch), now});
  return true;
}

bool MeetingStore::set_speech(std::int64_t id,
                              const std::optional<std::string>& language,
                              const std::optional<std::string>& task,
                              UnixMillis now) {
  return connection_
             .query(
                 "UPDATE meetings SET language = COALESCE($2, language),"
                 " task = COALESCE($3, task), updated_at = $4 WHERE id = $1",
                 {id, language, task, now})
             .changed() != 0;
}

bool MeetingStore::request_stop(std::int64_t id, UnixMillis now) {
  return connection_
             .query("UPDATE meetings SET stop_requested = TRUE, updated_at = $2 WHERE id = $1",
                    {id, now})
             .changed() != 0;
}

void MeetingStore::touch_heartbeat(std::int64_t id, UnixMillis now) {
  connection_.query(
      "UPDATE meetings SET heartbeat_at = $2"
      " WHERE id = $1 AND (heartbeat_at IS NULL OR heartbeat_at < $2)",
      {id, now});
}

std::vector<MeetingRow> MeetingStore::stale(MeetingState state, UnixMillis before) {
  const bool by_heartbeat = state == MeetingState::active;
  return read_all(
      by_heartbeat
          // A heartbeat from before it became active says nothing about being active.
          ? connection_.query("SELECT " BOT_MEETING_COLUMNS
                              " FROM meetings WHERE status = $1 AND " BOT_IS_LIVE
                              " AND state_since_ms < $2"
                              " AND (heartbeat_at IS NULL OR heartbeat_at < $2) ORDER BY id",
                              {domain::to_string(state), before})
          : connection_.query("SELECT " BOT_MEETING_COLUMNS
                              " FROM meetings WHERE status = $1 AND " BOT_IS_LIVE
                              " AND state_since_ms < $2 ORDER BY id",
                              {domain::to_string(state), before}),
      read_meeting);
}

bool MeetingStore::anonymise(std::int64_t id, UnixMillis now) {
  const auto rows = data_for_update(connection_, "id = $1", {id});
  if (rows.empty()) return false;
  connection_.query("DELETE FROM transcriptions WHERE meeting_id = $1", {id});
  connection_.query("DELETE FROM speaker_events WHERE meeting_id = $1", {id});
  connection_.query(
      "UPDATE meetings SET native_meeting_id = NULL, constructed_meeting_url = NULL,"
      " passcode = NULL, data = $2, updated_at = $3 WHERE id = $1",
      {id, anonymised_data(rows[0].text(0)), now});
  return true;
}

void MeetingStore::remove_of_user(std::int64_t user_id) {
  connection_.query("DELETE FROM meetings WHERE user_id = $1", {user_id});
}

}  // namespace bot::store
