#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/sql.hpp"
#include "server/domain/meeting_state.hpp"
#include "server/store/rows.hpp"

namespace bot::store {

struct NewMeeting {
  std::optional<std::int64_t> id = {};  // Seats::next_meeting; without it one is asked for
  std::int64_t user_id = 0;
  std::string platform;
  std::string native_meeting_id;
  std::optional<std::string> constructed_meeting_url = {};
  std::string bot_container_id;
  std::optional<std::string> bot_name = {};
  std::optional<std::string> language = {};
  std::optional<std::string> task = {};
  std::optional<std::string> passcode = {};
};

struct MeetingFilter {
  std::optional<std::int64_t> limit = {};
  std::int64_t offset = 0;
  std::optional<domain::MeetingState> status = {};
  std::optional<std::string> platform = {};
  std::optional<std::int64_t> user_id = {};  // for list_all
};

// What goes with a change of state; what is not set stays as it is.
struct TransitionFields {
  domain::ChangeSource source = domain::ChangeSource::bot_callback;
  std::optional<std::string> reason = {};
  std::optional<UnixMillis> start_time = {};
  std::optional<UnixMillis> end_time = {};
  std::optional<std::string> container_id = {};
  std::optional<std::string> completion_reason = {};  // also to data.completion_reason
  std::optional<std::string> failure_reason = {};     // also to data.failure_reason
  bool stop_requested = false;                        // true sets it, false leaves it
  std::string data = "{}";                            // merged into data, see merge_data
};

// The bots' states live here and nowhere else (design §3).
class MeetingStore {
 public:
  explicit MeetingStore(sql::Connection& connection) : connection_(connection) {}

  // A row in state reserved, with its first transition recorded, as it is going to be: deferred.
  // When a bot of the user has a seat in that meeting (see hold_seats), the next statement throws
  // sql::Fault.
  MeetingRow add(const NewMeeting& meeting, UnixMillis now);

  // Reserved, starting and active. To add one by it, hold UserStore::lock.
  std::int64_t count_live(std::int64_t user_id);
  // Of all users.
  std::int64_t count_in(domain::MeetingState state);
  std::int64_t count();
  std::optional<MeetingRow> find(std::int64_t id);
  // The same, and nobody else changes the row before the end of the transaction: what is decided
  // upon its state still holds when it is written.
  std::optional<MeetingRow> hold(std::int64_t id);
  std::optional<MeetingRow> find_newest(std::int64_t user_id,
                                        std::string_view platform,
                                        std::string_view native_meeting_id);
  // Newest first; without a limit all of them.
  std::vector<MeetingRow> list(std::int64_t user_id, const MeetingFilter& filter);
  std::vector<MeetingRow> list_all(const MeetingFilter& filter);
  // Reserved, starting, active and stopping, oldest first, each with its newest session.
  std::vector<MeetingAndSession> live_of_user(std::int64_t user_id);
  std::vector<MeetingAndSession> live_all();

  // Goes from `from` to `to`, appends to data.status_transition and restarts the state's clock;
  // false, changing nothing, when the row is not there or not in `from`. Whether the change is
  // legal is the caller's business (domain::judge_change).
  bool transition(std::int64_t id,
                  domain::MeetingState from,
                  domain::MeetingState to,
                  const TransitionFields& fields,
                  UnixMillis now);
  // Members of `patch` (a JSON object) replace those of the same name; null removes. False when
  // there is no such meeting.
  bool merge_data(std::int64_t id, std::string_view patch, UnixMillis now);
  // What a reconfigured bot does from now on; what is not set stays.
  bool set_speech(std::int64_t id,
                  const std::optional<std::string>& language,
                  const std::optional<std::string>& task,
                  UnixMillis now);
  bool request_stop(std::int64_t id, UnixMillis now);
  void touch_heartbeat(std::int64_t id, UnixMillis now);
  // In `state` with no sign of life since `before`: of an active one the last heartbeat counts (or
  // becoming active), of the others when the state began. Oldest first.
  std::vector<MeetingRow> stale(domain::MeetingState state, UnixMillis before);

  // Deletes the transcripts and what names the meeting; keeps the row, its sessions and of data
  // only status_transition, completion_reason, error and diagnostics, with redacted: true
  // (contract §1.6, S2). False when there is no such meeting.
  bool anonymise(std::int64_t id, UnixMillis now);
  void remove_of_user(std::int64_t user_id);

 private:
  std::int64_t next_id();

  sql::Connection& connection_;
};

}  // namespace bot::store
