// Every change of a meeting's state goes through here, each in one transaction (design §3, "Single
// source of truth"). Webhook events and follow-up work are enqueued in the same transaction; the
// bus and waiting bots are told after it is durable.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "server/bots/callbacks.hpp"
#include "server/bots/launch_rows.hpp"
#include "server/bots/observer.hpp"
#include "server/bots/runtime.hpp"
#include "server/commands/mailbox.hpp"
#include "server/domain/meeting_state.hpp"
#include "server/events/bus.hpp"
#include "server/events/state_change.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/store/database.hpp"
#include "server/store/rows.hpp"

namespace bot::bots {

struct LifecycleOptions {
  BotClocks clocks = {};
  std::vector<ScriptRule> scripts = {};
  // Where bots reach us, tried in this order; may be set later by set_callback_urls.
  std::vector<std::string> callback_urls = {};
  Millis stop_grace{15'000};  // from the leave command to the kill
  Millis kill_grace{2'000};   // from SIGTERM to SIGKILL
  int launch_concurrency = 4;
  // Stores what belongs to a change of state, in its transaction (webhook events); returns the
  // queue lanes to wake after the commit. May be empty.
  std::function<std::vector<std::string>(
      sql::Connection&, const store::MeetingRow&, const events::StateChange&)>
      on_change = {};
  // Which server this is among those of the database, and where its bots run. An empty place: it
  // is the only one, and whatever another one has launched is its own.
  Keeper keeper = {};
  // Has another server ended? May be empty: every other one has.
  std::function<bool(std::string_view owner)> is_gone = {};
  // Where bots reach the other servers when this one is away. May be empty.
  std::function<std::vector<std::string>()> peer_urls = {};
  // Commands are also published by commands::register_outbox's lane.
  bool publish_commands = false;
  // May be null; otherwise outlives the lifecycle.
  Observer* observer = nullptr;
  // Key from which each session's callback secret is derived; the same in every server of a
  // database and over restarts. REQUIRES: not empty.
  std::string server_secret;
};

struct ReserveRequest {
  std::int64_t user_id = 0;
  std::string platform;
  std::string native_meeting_id;
  std::optional<std::string> meeting_url;  // constructed, without passcode
  std::optional<std::string> bot_name;     // absent or empty: made up
  std::optional<std::string> language;
  std::optional<std::string> task;
  std::optional<std::string> passcode;
};

struct StopOutcome {
  enum class Kind {
    accepted,   // stopping is stored and leave sent; also when it was stopping already
    finalized,  // no bot had been launched: completed at once
    already_completed,
    already_failed,
  };
  Kind kind = Kind::accepted;
  store::MeetingRow meeting;
  std::optional<std::int64_t> command_id;

  std::string_view message() const;  // domain/texts.hpp
};

struct ConfigureRequest {
  std::optional<std::string> language;  // absent: keep
  std::optional<std::string> task;
};

struct ConfigureOutcome {
  store::MeetingRow meeting;
  std::int64_t command_id = 0;
};

// A callback's sender, proven by its secret.
struct SessionIdentity {
  std::string session_uid;
  std::int64_t meeting_id = 0;
  bool ended = false;
};

struct AfterCommit;
struct LaunchedBot;
class MeetingChange;

enum class ShutdownPolicy { leave, stop };

// Thread-safe. Every call may block for a transaction and throws bot::Unavailable when the store is
// away.
class Lifecycle final : public BotCallbacks, public ExitListener {
 public:
  struct Parts {
    store::Database& database;
    Runtime& runtime;
    commands::Mailbox& mailbox;
    events::Bus& bus;
    const Clock& clock;
  };
  // Run inside the reservation's transaction, after the row is there: for what must be stored
  // together with it (an idempotency key). An error undoes the reservation.
  using AlsoStore = std::function<Status(sql::Connection&, const store::MeetingRow&)>;

  Lifecycle(Parts parts, LifecycleOptions options);
  ~Lifecycle() override;

  // The bound address is known only after listening. Affects later launches.
  void set_callback_urls(std::vector<std::string> urls);
  // Handlers bot.launch, bot.stop (also of its place) and meeting.finish. REQUIRES: before the
  // dispatcher starts.
  void register_handlers(queue::Dispatcher& dispatcher);

  // Errors: not_found (no such user), conflict (duplicate), limit_reached with
  // retry_after_seconds.
  Result<store::MeetingRow> reserve(const ReserveRequest& request, const AlsoStore& also = {});
  // Repeatable; `also` stores more in its transaction. Errors: not_found.
  using AlsoStoreStop = std::function<void(sql::Connection&, const StopOutcome&)>;
  Result<StopOutcome> request_stop(std::int64_t meeting_id,
                                   domain::ChangeSource by,
                                   const AlsoStoreStop& also = {});
  // Errors: not_found, conflict (not active), with the texts of contract §1.5.
  Result<ConfigureOutcome> configure(std::int64_t meeting_id, const ConfigureRequest& request);
  // Before a user is deleted: every live bot of it is stopped for good. Returns how many.
  Result<int> stop_all_of_user(std::int64_t user_id);

  // The session that a callback path's secret belongs to; not_found for any other text.
  Result<SessionIdentity> authenticate(std::string_view secret);

  Result<ReportOutcome> report(const std::string& session_uid, const BotReport& report) override;
  Status heartbeats(const std::vector<std::string>& session_uids) override;
  Status acknowledge(const std::string& session_uid,
                     std::int64_t command_id,
                     const types::Json& result) override;
  Status segments(const std::string& session_uid,
                  const std::vector<ReportedSegment>& segments) override;

  bool bot_exited(std::int64_t meeting_id,
                  const std::string& session_uid,
                  const ExitStatus& status) override;

  // The reaper's verdict: the bot is stopped, then the row failed with `failure_reason`, provided
  // it is still in `state`. False, leaving the bot alone, when it is not or has shown life since
  // `silent_since`: others were stopped between the verdict and its turn.
  Result<bool> reap(std::int64_t meeting_id,
                    domain::MeetingState state,
                    UnixMillis silent_since,
                    const std::string& failure_reason);

  // Runtime::is_blind.
  bool is_blind() const { return parts_.runtime.is_blind(); }
  // Ends of bots that could not be stored because the store was away; called by the reaper.
  void record_missed_exits();
  // Live rows whose bots were found dead (adoption), in few transactions.
  void close_dead(const std::vector<LaunchedBot>& dead);
  const Keeper& keeper() const { return options_.keeper; }

  // leave: bots go on, nobody watches them. stop: all of this server's are asked to leave, those
  // that have not after `patience` are killed; their rows are closed. Reservations without a bot
  // are left to the next start. REQUIRES: before the dispatcher ends.
  void shutdown(ShutdownPolicy policy, Millis patience);
  // Nobody is told any more of what becomes durable late. Before the dispatcher ends, also where
  // shutdown is not called.
  void stop_telling();

 private:
  struct Unrecorded {
    std::int64_t meeting_id = 0;
    std::string session_uid;
    ExitStatus status;
  };

  class LateNews;

  // Run `change` in a transaction and, when it is durable, tell bus, queue and mailbox: also when
  // the caller was told that it is given up.
  template <typename F>
  auto apply(F change);
  template <typename F>
  auto write_and_tell(F change);
  void tell(const AfterCommit& after);
  void observe(const AfterCommit& after);
  void wake(const std::vector<std::string>& lanes);

  queue::Outcome launch(const queue::Item& item);
  std::optional<BotSpec> spec_for(const store::MeetingRow& meeting,
                                  const store::SessionRow& session) const;
  // `own_handle`: of the attempt that failed, empty before its commit. False when the meeting has
  // been launched otherwise meanwhile.
  bool fail_launch(std::int64_t meeting_id, const Error& error, const std::string& own_handle);
  // For a reservation that has a handle: forgotten when that bot is gone, and the item comes again.
  queue::Outcome leave_to_its_launch(const store::SessionRow& session);
  void replace_session(sql::Connection& connection, const store::SessionRow& session);
  queue::Outcome end_stopping(const queue::Item& item);
  queue::Outcome finish_meeting(const queue::Item& item);

  static constexpr std::size_t digest_digits = 64;
  std::string secret_for(std::string_view session_uid) const;
  // As it is stored: the part that is not secret, and the SHA-256 of the whole.
  static std::string digest_of(std::string_view secret);
  void record_exit(MeetingChange& change, const Unrecorded& exit) const;
  void record_death(MeetingChange& change, const LaunchedBot& bot) const;
  void end_all(Millis patience);
  // Does another server that is there watch the bot?
  bool is_others(const std::optional<store::SessionRow>& session) const;
  // Can its process be signalled from here?
  bool is_in_reach(const store::SessionRow& session) const;
  // False when it could not be ended.
  bool end_bot(const std::string& handle);
  bool wait_until_gone(const std::vector<std::string>& handles, Millis at_most);

  Parts parts_;
  const LifecycleOptions options_;
  mutable std::mutex mutex_;
  std::vector<std::string> callback_urls_;  // guarded by mutex_
  std::vector<Unrecorded> unrecorded_;      // guarded by mutex_
  queue::Dispatcher* dispatcher_ = nullptr;
  std::atomic<bool> shutting_down_{false};
  const std::shared_ptr<LateNews> late_news_;
};

}  // namespace bot::bots
