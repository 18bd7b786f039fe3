// What every change of a meeting brings with it, in one place: the transition itself, webhook
// events, the end of the session, follow-up work; and who is told after the commit.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.hpp"
#include "base/trace.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/store/meeting_store.hpp"

namespace bot::bots {

inline constexpr std::string_view launch_lane = "bot.launch";
// Of bots that any server can signal; stop_lane_at is for those of one place.
inline constexpr std::string_view stop_lane = "bot.stop";
inline constexpr std::string_view finish_lane = "meeting.finish";

std::string stop_lane_at(std::string_view place);

// Filled inside a transaction, acted upon after its commit.
struct AfterCommit {
  struct Change {
    std::int64_t meeting_id;
    events::StateChange change;
  };

  std::string request_id = {};  // on whose behalf; empty: nobody's
  std::vector<Change> changes = {};
  std::size_t commands_sent = 0;
  std::size_t commands_acknowledged = 0;
  std::size_t commands_expired = 0;
  std::vector<events::Event> events = {};
  std::vector<std::string> lanes = {};                               // with something due
  std::vector<std::pair<std::string, UnixMillis>> lanes_later = {};  // and when it is going to be
  std::vector<std::string> sessions_to_wake = {};
  std::vector<std::string> sessions_to_close = {};
};

// A final verdict on a meeting.
struct Ending {
  domain::MeetingState to = domain::MeetingState::failed;
  domain::ChangeSource source = domain::ChangeSource::bot_callback;
  std::string reason;
  std::optional<std::string> failure_stage = {};
  std::optional<std::int64_t> exit_code = {};
  types::Json error_details = nullptr;
};

// Inside one transaction. `meeting` is kept up to date with the row.
class MeetingChange {
 public:
  MeetingChange(sql::Connection& connection,
                const LifecycleOptions& options,
                UnixMillis now,
                AfterCommit& after);

  // REQUIRES: the change is legal. False when somebody else has changed the row meanwhile.
  bool move(store::MeetingRow& meeting,
            domain::MeetingState to,
            const store::TransitionFields& fields);
  // To a final state; `session` (may be empty: none) is ended with it.
  bool end(store::MeetingRow& meeting, const std::string& session_uid, const Ending& ending);
  // As a user's stop ends: completed, stopped. From reserved and starting through stopping.
  bool end_stopped(store::MeetingRow& meeting,
                   const std::string& session_uid,
                   domain::ChangeSource source,
                   std::optional<std::int64_t> exit_code = {},
                   const std::string& reason = "stopped");
  // The phase within `starting`; no transition.
  void set_phase(store::MeetingRow& meeting, const std::string& phase);
  std::int64_t command(const store::MeetingRow& meeting,
                       const std::string& session_uid,
                       const std::string& action,
                       const types::Json& payload);
  // A bot has answered a command.
  void acknowledged() { ++after_.commands_acknowledged; }
  void enqueue(std::string_view lane,
               const store::MeetingRow& meeting,
               UnixMillis run_at,
               std::int64_t max_attempts);
  // The end of a bot that does not leave by itself, for the servers that can signal it; also when
  // its rows are gone by then.
  void enqueue_end(const store::MeetingRow& meeting,
                   const store::SessionRow& session,
                   UnixMillis run_at);
  void announce(const store::MeetingRow& meeting);
  // A row that was not there before.
  void begun(const store::MeetingRow& meeting);

  UnixMillis now() const { return now_; }
  sql::Connection& connection() { return connection_; }

 private:
  void withdraw_end(const store::MeetingRow& meeting, const std::string& session_uid);
  std::string stop_lane_of(const store::SessionRow& session) const;
  void add(std::string_view lane,
           std::int64_t meeting_id,
           types::Json payload,
           UnixMillis run_at,
           std::int64_t max_attempts);

  sql::Connection& connection_;
  const LifecycleOptions& options_;
  const UnixMillis now_;
  AfterCommit& after_;
};

// data.phase of a row, empty when there is none.
std::string phase_of(const store::MeetingRow& meeting);
// In which stage a bot in this row fails: requested, joining, awaiting_admission, active.
std::string stage_of(const store::MeetingRow& meeting);
// The answer to a change that the state does not allow, with from and to.
Error refused_change(domain::MeetingState from, domain::MeetingState to);
// From a queue item's payload; nullopt when it names none.
std::optional<std::int64_t> meeting_id_of(const queue::Item& item);
// Likewise, and the request that made the item necessary.
Trace trace_of(const queue::Item& item);
// Why the cleanup is ending this bot just now; a verdict that came to nothing is forgotten.
std::optional<std::string> verdict_in_force(const store::SessionRow& session, UnixMillis now);
// The newest session of a meeting.
std::optional<store::SessionRow> newest_session(sql::Connection& connection,
                                                std::int64_t meeting_id);

// Between a write that became durable after its caller was told that it is given up, and a
// Lifecycle that may have ended since. Thread-safe.
class Lifecycle::LateNews {
 public:
  explicit LateNews(Lifecycle& lifecycle) : lifecycle_(&lifecycle) {}

  void tell(const AfterCommit& after) {
    const std::scoped_lock lock(mutex_);
    if (lifecycle_ != nullptr) lifecycle_->tell(after);
  }
  // Waits for a telling in progress; there is none afterwards.
  void end() {
    const std::scoped_lock lock(mutex_);
    lifecycle_ = nullptr;
  }

 private:
  std::mutex mutex_;
  Lifecycle* lifecycle_;  // null at the end; guarded by mutex_
};

template <typename F>
auto Lifecycle::write_and_tell(F change) {
  const auto after = std::make_shared<AfterCommit>();
  // The transaction may run on another thread, which knows nothing of the request.
  const auto request_id = current_trace().request_id;
  const auto write = [&] {
    return parts_.database.write(
        [&](sql::Connection& connection) {
          *after = {.request_id = request_id};
          return change(connection, *after);
        },
        [gate = late_news_, after] { gate->tell(*after); });
  };
  try {
    auto result = write();
    if (result) tell(*after);
    return result;
  } catch (const Unavailable&) {
    // It may be durable, or become so. Lanes and bots look after it; a needless look does no harm.
    wake(after->lanes);
    for (const auto& later : after->lanes_later)
      wake({later.first});
    for (const auto& session : after->sessions_to_wake)
      parts_.mailbox.wake(session);
    throw;
  }
}

template <typename F>
auto Lifecycle::apply(F change) {
  const UnixMillis now = parts_.clock.now_ms();
  return write_and_tell([&](sql::Connection& connection, AfterCommit& after) {
    MeetingChange scope(connection, options_, now, after);
    return change(scope);
  });
}

}  // namespace bot::bots
