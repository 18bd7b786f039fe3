#include "server/commands/outbox.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "server/store/command_store.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/session_store.hpp"
#include "server/store/user_store.hpp"
#include "tests/fakes/drivers/recording_vfs.hpp"

namespace bot::commands {
namespace {

// The real time, or later.
class ShiftedClock final : public Clock {
 public:
  UnixMillis now_ms() const override { return real_.now_ms() + shift_; }
  Millis monotonic() const override { return real_.monotonic() + Millis{shift_}; }
  void shift(Millis by) { shift_ += by.count(); }

 private:
  SystemClock real_;
  std::atomic<std::int64_t> shift_{0};
};

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
    register_outbox(
        queue_,
        database_,
        clock_,
        [this](const auto& session, const auto& payload) { return publish(session, payload); },
        [this](std::size_t count) { counted_ += count; });
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
    if (breaks_the_disk_.exchange(false)) vfs_.break_syncs(true);
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
  std::atomic<bool> breaks_the_disk_{false};
  std::atomic<std::size_t> counted_{0};
  ShiftedClock clock_;
  RecordingVfs vfs_;
  store::Database database_{{.path = ":memory:", .sqlite_vfs = vfs_.name()}, clock_};
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
  EXPECT_TRUE(queue_.stop(Millis{10'000}));
  EXPECT_EQ(counted_, 3u);
}

TEST_F(Outbox, RepeatsAndCountsOnceWhatCouldNotBeStoredAsPublished) {
  breaks_the_disk_ = true;
  queue_.start();
  command("1");
  EXPECT_EQ(published(1), std::vector<std::string>{"1"});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (database_.statistics().failed_commits == 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_EQ(counted_, 0u);

  vfs_.break_syncs(false);
  clock_.shift(std::chrono::seconds(6));  // whoever published first has had its turn
  queue_.wake(publish_lane);

  EXPECT_EQ(published(2), (std::vector<std::string>{"1", "1"}));
  EXPECT_TRUE(queue_.stop(Millis{10'000}));
  EXPECT_EQ(counted_, 1u);
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
