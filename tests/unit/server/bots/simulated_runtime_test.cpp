#include "server/bots/simulated_runtime.hpp"

#include "base/ids.hpp"
#include "server/store/user_store.hpp"
#include "tests/unit/server/bots/world.hpp"

namespace bot::bots {
namespace {

using domain::ChangeSource;

// Simulated bots over a real store and queue, with the real clock.
class SimulatedTest : public testing::Test {
 protected:
  SimulatedTest() {
    runtime_.connect(lifecycle_);
    runtime_.attach(lifecycle_);
    lifecycle_.register_handlers(dispatcher_);
    dispatcher_.start();
    user_ = database_.write([&](sql::Connection& connection) {
      store::NewUser user;
      user.email = random_hex(8) + "@example.com";
      user.max_concurrent_bots = 500;
      return store::UserStore(connection).find_or_create(user, clock_.now_ms()).user.id;
    });
  }
  ~SimulatedTest() override {
    dispatcher_.stop(Millis{5000});
    runtime_.stop_watching();
  }

  static LifecycleOptions options() {
    LifecycleOptions options;
    options.server_secret = "secret";
    options.clocks.join_delay = Millis{20};
    options.clocks.heartbeat_interval = Millis{20};
    options.clocks.segment_interval = Millis{30};
    options.clocks.leave_delay = Millis{1};
    options.stop_grace = Millis{300};
    options.scripts = {{"dies*", Script::dies}, {"deaf*", Script::ignores_leave}};
    return options;
  }

  std::int64_t reserve(const std::string& native_id) {
    ReserveRequest wanted;
    wanted.user_id = user_;
    wanted.platform = "zoom";
    wanted.native_meeting_id = native_id;
    const auto meeting = lifecycle_.reserve(wanted);
    EXPECT_TRUE(meeting) << meeting.error().message;
    return meeting->id;
  }
  store::MeetingRow row(std::int64_t id) {
    return *database_.read(
        [id](sql::Connection& connection) { return store::MeetingStore(connection).find(id); });
  }
  bool becomes(std::int64_t id, domain::MeetingState state) {
    return soon([&] { return row(id).status == state; });
  }

  SystemClock clock_;
  store::Database database_{{.path = ":memory:"}, clock_};
  commands::Mailbox mailbox_{database_, clock_};
  events::Bus bus_;
  SimulatedRuntime runtime_{mailbox_};
  Lifecycle lifecycle_{{database_, runtime_, mailbox_, bus_, clock_}, options()};
  queue::Dispatcher dispatcher_{database_, clock_, {.owner = "test"}};
  std::int64_t user_ = 0;
};

TEST_F(SimulatedTest, LivesSpeaksObeysAndLeaves) {
  const auto id = reserve("a");
  ASSERT_TRUE(becomes(id, domain::MeetingState::active));
  ASSERT_TRUE(soon([&] { return row(id).heartbeat_at.has_value(); }));
  const auto command = lifecycle_.configure(id, {"fr", "translate"});
  ASSERT_TRUE(command);
  ASSERT_TRUE(soon([&] {
    return database_.read([&](sql::Connection& connection) {
      return store::CommandStore(connection).find(command->command_id)->status == "acknowledged";
    });
  }));
  EXPECT_EQ(row(id).language, "fr");
  ASSERT_TRUE(soon([&] {
    return database_.read([&](sql::Connection& connection) {
      const auto languages = store::TranscriptStore(connection).languages(id);
      return std::find(languages.begin(), languages.end(), "fr") != languages.end();
    });
  }));
  ASSERT_TRUE(lifecycle_.request_stop(id, ChangeSource::user));
  ASSERT_TRUE(becomes(id, domain::MeetingState::completed));
  EXPECT_EQ(row(id).completion_reason, "stopped");
}

TEST_F(SimulatedTest, DyingBotIsNoticed) {
  const auto id = reserve("dies-1");
  ASSERT_TRUE(becomes(id, domain::MeetingState::failed));
  EXPECT_EQ(row(id).failure_reason, "bot_exited");
  EXPECT_TRUE(row(id).start_time) << "it was active first";
}

TEST_F(SimulatedTest, BotThatIgnoresLeaveIsEnded) {
  const auto id = reserve("deaf-1");
  ASSERT_TRUE(becomes(id, domain::MeetingState::active));
  ASSERT_TRUE(lifecycle_.request_stop(id, ChangeSource::user));
  ASSERT_TRUE(becomes(id, domain::MeetingState::completed));
}

TEST_F(SimulatedTest, ManyRunSideBySide) {
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 100; ++i)
    ids.push_back(reserve("many-" + std::to_string(i)));
  for (const auto id : ids)
    ASSERT_TRUE(becomes(id, domain::MeetingState::active)) << id;
  ASSERT_EQ(*lifecycle_.stop_all_of_user(user_), 100);
  for (const auto id : ids)
    ASSERT_TRUE(becomes(id, domain::MeetingState::completed)) << id;
}

}  // namespace
}  // namespace bot::bots
