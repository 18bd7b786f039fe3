#include "server/commands/outbox.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "base/clock.hpp"
#include "server/store/command_store.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/session_store.hpp"
#include "server/store/user_store.hpp"

namespace bot::commands {
namespace {

class Outbox : public testing::Test {
 protected:
  Outbox() {
    meeting_ = database_.write([&](sql::Connection& connection) {
      const auto owner =
          store::UserStore(connection).find_or_create({.email = "a@example.com"}, 1).user.id;
      const auto meeting = store::MeetingStore(connection)
                               .add({.user_id = owner,
                                     .platform = "zoom",
                                     .native_meeting_id = "1",
                                     .bot_container_id = "bot"},
                                    1);
      store::SessionStore(connection).add({meeting.id, "uid", "hash"}, 1);
      return meeting.id;
    });
    register_outbox(queue_, database_, clock_, [this](const auto& session, const auto& payload) {
      return publish(session, payload);
    });
  }

  void command(const std::string& payload) {
    database_.write([&](sql::Connection& connection) {
      store::CommandStore(connection).add({meeting_, "uid", "reconfigure", payload}, 1);
      enqueue_publication(connection, "uid", clock_.now_ms());
    });
    queue_.wake(publish_lane);
  }
  Status publish(const std::string& session, const std::string& payload) {
    EXPECT_EQ(session, "uid");
    const std::lock_guard lock(mutex_);
    ++tries_;
    changed_.notify_all();
    if (away_) return Error{.code = Errc::unavailable, .message = "away"};
    published_.push_back(payload);
    return Unit{};
  }
  std::vector<std::string> published(std::size_t n) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return published_.size() >= n; });
    return published_;
  }
  void wait_for_tries(int n) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return tries_ >= n; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> published_;
  int tries_ = 0;
  std::atomic<bool> away_{false};
  SystemClock clock_;
  store::Database database_{{.path = ":memory:"}, clock_};
  std::int64_t meeting_ = 0;
  queue::Dispatcher queue_{database_, clock_, {.owner = "this machine"}};
};

TEST_F(Outbox, PublishesEachCommandOnceAndInOrder) {
  queue_.start();
  command("1");
  published(1);
  command("2");
  command("3");

  EXPECT_EQ(published(3), (std::vector<std::string>{"1", "2", "3"}));
}

TEST_F(Outbox, KeepsCommandsWhileTheMessageServiceIsAway) {
  away_ = true;
  queue_.start();
  command("1");
  command("2");
  wait_for_tries(2);
  EXPECT_TRUE(published(0).empty());

  away_ = false;

  EXPECT_EQ(published(2), (std::vector<std::string>{"1", "2"}));
}

TEST_F(Outbox, LetsOneAtATimePublishForASession) {
  const auto begin = [&](UnixMillis now) {
    return database_.write([&](sql::Connection& connection) {
      return store::CommandStore(connection).begin_publishing("uid", now + 100, now);
    });
  };
  command("1");

  ASSERT_TRUE(begin(1000).has_value());
  EXPECT_FALSE(begin(1050).has_value());
  const auto after_a_crash = begin(1101);
  ASSERT_TRUE(after_a_crash.has_value());
  ASSERT_EQ(after_a_crash->size(), 1u);
  database_.write([&](sql::Connection& connection) {
    store::CommandStore(connection).end_publishing("uid", after_a_crash->front().id, 1110);
  });
  const auto next = begin(1111);
  ASSERT_TRUE(next.has_value());
  EXPECT_TRUE(next->empty());
}

TEST_F(Outbox, HasNothingForASessionThatIsGone) {
  const auto begun = database_.write([&](sql::Connection& connection) {
    return store::CommandStore(connection).begin_publishing("gone", 1100, 1000);
  });

  ASSERT_TRUE(begun.has_value());
  EXPECT_TRUE(begun->empty());
}

}  // namespace
}  // namespace bot::commands
