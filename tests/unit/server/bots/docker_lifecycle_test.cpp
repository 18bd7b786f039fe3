// Rows and containers together: a real store and queue over an Engine that fails on command.
#include <set>

#include "server/bots/adoption.hpp"
#include "server/bots/callback_forms.hpp"
#include "server/bots/docker_runtime.hpp"
#include "tests/fakes/bots/fake_engine.hpp"
#include "tests/unit/server/bots/world.hpp"

namespace bot::bots {
namespace {

class DockerLifecycleTest : public testing::Test {
 protected:
  DockerLifecycleTest() {
    runtime_.attach(lifecycle_);
    lifecycle_.register_handlers(dispatcher_);
    dispatcher_.start();
    user_ = database_.write([&](sql::Connection& connection) {
      store::NewUser user;
      user.email = "docker@example.com";
      user.max_concurrent_bots = 5;
      return store::UserStore(connection).find_or_create(user, clock_.now_ms()).user.id;
    });
  }
  ~DockerLifecycleTest() override {
    dispatcher_.stop(Millis{5000});
    runtime_.stop_watching();
  }

  static LifecycleOptions lifecycle_options() {
    LifecycleOptions options;
    options.server_secret = "secret";
    options.callback_urls = {"http://botd:8056"};
    options.stop_grace = Millis{50};
    options.kill_grace = Millis{50};
    return options;
  }
  DockerRuntimeOptions runtime_options() {
    DockerRuntimeOptions options;
    options.engine.socket = engine_.socket();
    options.container.installation = "ours";
    options.container.image = "waits";
    options.reconnect = {.first = Millis{10}, .longest = Millis{50}};
    options.look_every = Millis{50};
    options.without_row = [this](const std::vector<std::string>& sessions) {
      return database_.read([&](sql::Connection& connection) {
        return sessions_without_row(connection, sessions, clock_.now_ms());
      });
    };
    return options;
  }

  std::int64_t reserve(const std::string& native_id) {
    ReserveRequest wanted;
    wanted.user_id = user_;
    wanted.platform = "zoom";
    wanted.native_meeting_id = native_id;
    const auto meeting = lifecycle_.reserve(wanted);
    EXPECT_TRUE(meeting) << (meeting ? "" : meeting.error().message);
    return meeting->id;
  }
  store::MeetingRow row(std::int64_t id) {
    return *database_.read(
        [id](sql::Connection& connection) { return store::MeetingStore(connection).find(id); });
  }
  store::SessionRow session(std::int64_t id) {
    return *database_.read(
        [&](sql::Connection& connection) { return newest_session(connection, id); });
  }
  bool becomes(std::int64_t id, domain::MeetingState state) {
    return soon([&] { return row(id).status == state; });
  }
  bool is_launched(std::int64_t id) {
    return soon([&] {
      const auto held = engine_.containers();
      return std::any_of(held.begin(), held.end(), [&](const auto& each) {
        return each.name == row(id).bot_container_id && each.state == "running";
      });
    });
  }
  // As an original bot says it: only the last word of its address changes.
  void say(std::int64_t id, const std::string& word, nlohmann::json body) {
    body["connection_id"] = session(id).session_uid;
    const auto report = decode_report(word, body);
    ASSERT_TRUE(report) << report.error().message;
    const auto outcome = lifecycle_.report(session(id).session_uid, *report);
    ASSERT_TRUE(outcome) << outcome.error().message;
  }

  void become_active(std::int64_t id) {
    const nlohmann::json body{{"container_id", *row(id).bot_container_id}};
    say(id, "joining", body);
    say(id, "started", body);
  }

  SystemClock clock_;
  FakeEngine engine_;
  store::Database database_{{.path = ":memory:"}, clock_};
  commands::Mailbox mailbox_{database_, clock_};
  events::Bus bus_;
  DockerRuntime runtime_{runtime_options()};
  Lifecycle lifecycle_{{database_, runtime_, mailbox_, bus_, clock_}, lifecycle_options()};
  queue::Dispatcher dispatcher_{database_, clock_, {.owner = "test"}};
  std::int64_t user_ = 0;
};

using domain::MeetingState;

TEST_F(DockerLifecycleTest, ABotOfTheFirstGenerationLivesThroughItsStates) {
  const auto id = reserve("a");
  ASSERT_TRUE(is_launched(id));
  const auto name = *row(id).bot_container_id;
  say(id, "joining", {{"container_id", name}});
  EXPECT_EQ(row(id).status, MeetingState::starting);
  say(id, "awaiting_admission", {{"container_id", name}});
  say(id, "started", {{"container_id", name}});
  EXPECT_EQ(row(id).status, MeetingState::active);
  say(id, "exited", {{"exit_code", 0}, {"reason", "left_alone_timeout"}});
  EXPECT_EQ(row(id).status, MeetingState::completed);
  EXPECT_EQ(row(id).completion_reason, "left_alone");
  engine_.end(name, 0);
  EXPECT_TRUE(soon([&] { return engine_.containers().empty(); })) << "its container goes, too";
}

TEST_F(DockerLifecycleTest, ABotThatHangsAfterItHasReportedItsEndIsEnded) {
  const auto id = reserve("a");
  ASSERT_TRUE(is_launched(id));
  become_active(id);
  ASSERT_TRUE(lifecycle_.request_stop(id, domain::ChangeSource::user));
  say(id, "exited", {{"exit_code", 0}, {"reason", "self_initiated_leave"}});
  ASSERT_TRUE(becomes(id, MeetingState::completed));
  EXPECT_TRUE(soon([&] { return engine_.containers().empty(); })) << "it does not go by itself";
}

TEST_F(DockerLifecycleTest, AnExitWithoutAWordClosesTheRowWithItsCode) {
  const auto id = reserve("a");
  ASSERT_TRUE(is_launched(id));
  const auto name = *row(id).bot_container_id;
  become_active(id);
  engine_.end(name, 3);
  ASSERT_TRUE(becomes(id, MeetingState::failed));
  EXPECT_EQ(row(id).failure_reason, "bot_exited");
  EXPECT_EQ(session(id).exit_code, 3);
}

TEST_F(DockerLifecycleTest, WhatDoesNotStartHasFailedToLaunchAndFreesItsSeat) {
  engine_.fail("/start", 500, "exec: no such file");
  const auto id = reserve("a");
  ASSERT_TRUE(becomes(id, MeetingState::failed));
  EXPECT_EQ(row(id).failure_reason, "launch_failed");
  EXPECT_NE(row(id).data.find("exec: no such file"), std::string::npos) << row(id).data;
  EXPECT_TRUE(engine_.containers().empty());
  EXPECT_TRUE(is_launched(reserve("b"))) << "it was that one alone";
}

TEST_F(DockerLifecycleTest, ALaunchWaitsForAnEngineThatIsBackSoon) {
  engine_.go_away();
  const auto id = reserve("a");
  ASSERT_TRUE(soon([&] { return !runtime_.absence().empty(); }));
  EXPECT_EQ(row(id).status, MeetingState::reserved);
  engine_.come_back();
  EXPECT_TRUE(is_launched(id));
}

TEST_F(DockerLifecycleTest, AStopEndsWhatDoesNotListenToCommands) {
  const auto id = reserve("a");
  ASSERT_TRUE(is_launched(id));
  ASSERT_TRUE(lifecycle_.request_stop(id, domain::ChangeSource::user));
  ASSERT_TRUE(becomes(id, MeetingState::completed));
  EXPECT_EQ(row(id).completion_reason, "stopped");
  EXPECT_TRUE(soon([&] { return engine_.containers().empty(); }));
}

TEST_F(DockerLifecycleTest, ANameThatIsFreedMeanwhileIsNoObstacle) {
  engine_.fail("/containers/create", 409, "The name is already in use");
  EXPECT_TRUE(is_launched(reserve("a")));
}

TEST_F(DockerLifecycleTest, AContainerWhoseRowWasClosedIsClearedAway) {
  const auto id = reserve("a");
  ASSERT_TRUE(is_launched(id));
  const auto name = *row(id).bot_container_id;
  // Another server closed it and never came to stop it.
  engine_.put(
      "vexa-bot-9", "running", {{"botd.installation", "ours"}, {"botd.session_uid", "gone"}});
  ASSERT_TRUE(soon([&] { return engine_.containers().size() == 1; }));
  EXPECT_EQ(engine_.containers()[0].name, name);
}

TEST_F(DockerLifecycleTest, RowsAreClosedAtAStartForProvenDeathsOnly) {
  const auto dead = reserve("dead");
  const auto alive = reserve("alive");
  ASSERT_TRUE(is_launched(dead) && is_launched(alive));
  for (const auto id : {dead, alive})
    become_active(id);
  const auto gone = engine_.containers()[0].name == *row(dead).bot_container_id
                        ? engine_.containers()[0].id
                        : engine_.containers()[1].id;
  runtime_.stop_watching();
  engine_.remove(gone);

  DockerRuntime next(runtime_options());
  Lifecycle lifecycle({database_, next, mailbox_, bus_, clock_}, lifecycle_options());
  next.attach(lifecycle);
  engine_.go_away();
  EXPECT_EQ(adopt_bots(database_, next, lifecycle).closed, 0) << "the Engine is away";
  engine_.come_back();
  EXPECT_TRUE(becomes(dead, MeetingState::failed));
  EXPECT_EQ(row(alive).status, MeetingState::active);
  next.stop_watching();
}

}  // namespace
}  // namespace bot::bots
