#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/fault.hpp"
#include "base/ids.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/bots/meeting_change.hpp"
#include "server/queue/queue.hpp"
#include "server/store/command_store.hpp"
#include "server/store/session_store.hpp"
#include "server/store/transcript_store.hpp"
#include "server/store/user_store.hpp"
#include "tests/fakes/base/manual_clock.hpp"
#include "tests/fakes/base/soon.hpp"
#include "tests/fakes/bots/fake_runtime.hpp"

namespace bot::bots {

// A lifecycle over a real store, with bots that do nothing by themselves and a clock that stands.
class World : public testing::Test {
 protected:
  World() : World(LifecycleOptions{}) {}
  explicit World(LifecycleOptions options,
                 const store::DatabaseOptions& stored = {.path = ":memory:"})
      : database_(stored, clock_),
        lifecycle_({database_, runtime_, mailbox_, bus_, clock_}, prepared(std::move(options))),
        dispatcher_(database_, clock_, {.owner = "test"}) {
    runtime_.attach(lifecycle_);
    lifecycle_.register_handlers(dispatcher_);
    user_ = make_user(2);
    watching_ = bus_.subscribe_all([this](const auto& event) {
      const std::scoped_lock lock(events_mutex_);
      events_.push_back(*event);
    });
  }

  ~World() override { lifecycle_.shutdown(ShutdownPolicy::leave, Millis{0}); }

  LifecycleOptions prepared(LifecycleOptions options) {
    options.server_secret = "the server's own secret";
    options.callback_urls = {"http://127.0.0.1:8056"};
    options.kill_grace = Millis{50};
    options.on_change = [this](sql::Connection&, const store::MeetingRow&, const auto& change) {
      if (store_is_away_) throw Unavailable("the database is away");
      changes_.push_back(change.from + ">" + change.to + " by " + change.source);
      return std::vector<std::string>{};
    };
    return options;
  }

  std::int64_t make_user(std::int64_t limit) {
    return database_.write([&](sql::Connection& connection) {
      store::NewUser user;
      user.email = random_hex(8) + "@example.com";
      user.max_concurrent_bots = limit;
      return store::UserStore(connection).find_or_create(user, clock_.now_ms()).user.id;
    });
  }

  ReserveRequest request(const std::string& native_id) const {
    ReserveRequest wanted;
    wanted.user_id = user_;
    wanted.platform = "google_meet";
    wanted.native_meeting_id = native_id;
    return wanted;
  }

  store::MeetingRow reserve(const std::string& native_id) {
    auto reserved = lifecycle_.reserve(request(native_id));
    EXPECT_TRUE(reserved) << reserved.error().message;
    return *reserved;
  }
  store::MeetingRow row(std::int64_t id) {
    return *database_.read(
        [id](sql::Connection& connection) { return store::MeetingStore(connection).find(id); });
  }
  types::Json data(std::int64_t id) { return types::Json::parse(row(id).data); }
  store::SessionRow session(std::int64_t meeting_id) {
    return *database_.read(
        [&](sql::Connection& connection) { return newest_session(connection, meeting_id); });
  }
  std::string session_uid(std::int64_t meeting_id) { return session(meeting_id).session_uid; }
  std::vector<store::CommandRow> commands(std::int64_t meeting_id) {
    return database_.read([&](sql::Connection& connection) {
      return store::CommandStore(connection).of_meeting(meeting_id);
    });
  }
  std::string status(std::int64_t id) { return std::string(domain::to_string(row(id).status)); }

  // Reserved and launched, as if by the queue.
  store::MeetingRow launch(const std::string& native_id) {
    if (!dispatching_) {
      dispatcher_.start();
      dispatching_ = true;
    }
    const auto meeting = reserve(native_id);
    EXPECT_TRUE(soon([&] {
      const auto handle = session(meeting.id).runtime_handle;
      return (handle && runtime_.alive(*handle)) || domain::is_final(row(meeting.id).status);
    }));
    return row(meeting.id);
  }
  store::MeetingRow activate(const std::string& native_id) {
    const auto meeting = launch(native_id);
    EXPECT_TRUE(say(meeting.id, "joining"));
    EXPECT_TRUE(say(meeting.id, "awaiting_admission"));
    EXPECT_TRUE(say(meeting.id, "active"));
    return row(meeting.id);
  }
  Result<ReportOutcome> say(std::int64_t meeting_id, const std::string& word) {
    BotReport report;
    report.kind = word == "active"    ? BotReport::Kind::active
                  : word == "leaving" ? BotReport::Kind::leaving
                                      : BotReport::Kind::phase;
    report.phase = word;
    return lifecycle_.report(session(meeting_id).session_uid, report);
  }
  Result<ReportOutcome> exit(std::int64_t meeting_id, int code, const std::string& reason) {
    BotReport report;
    report.kind = BotReport::Kind::exited;
    report.exit_code = code;
    report.reason = reason;
    return lifecycle_.report(session(meeting_id).session_uid, report);
  }
  std::vector<std::string> announced(std::int64_t meeting_id) {
    const std::scoped_lock lock(events_mutex_);
    std::vector<std::string> states;
    for (const auto& event : events_) {
      const auto* change = std::get_if<events::StatusChanged>(&event);
      if (change != nullptr && change->meeting_id == meeting_id) {
        states.push_back(change->state + (change->phase.empty() ? "" : "/" + change->phase));
      }
    }
    return states;
  }

  ManualClock clock_;
  store::Database database_;
  commands::Mailbox mailbox_{database_, clock_};
  events::Bus bus_;
  std::mutex events_mutex_;
  std::vector<events::Event> events_;
  std::vector<std::string> changes_;        // written in transactions, one at a time
  std::atomic<bool> store_is_away_{false};  // no change of a state can be stored
  FakeRuntime runtime_;
  Lifecycle lifecycle_;
  queue::Dispatcher dispatcher_;
  bool dispatching_ = false;
  std::int64_t user_ = 0;
  events::Subscription watching_;
};

}  // namespace bot::bots
