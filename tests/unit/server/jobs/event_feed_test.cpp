#include "server/jobs/event_feed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>

#include "server/jobs/job_store.hpp"
#include "tests/fakes/base/manual_clock.hpp"
#include "tests/fakes/base/soon.hpp"

namespace bot::jobs {
namespace {

constexpr Millis long_wait = std::chrono::minutes(5);

// The store gives nobody else a connection to read, so that every read fails while this lives.
class ReadersAway {
 public:
  explicit ReadersAway(store::Database& database) {
    reading_ = std::async(std::launch::async, [this, &database] {
      return database.read([this](sql::Connection& /*connection*/) {
        begun_.set_value();
        back_.get_future().wait();
        return 0;
      });
    });
    begun_.get_future().wait();
  }
  ~ReadersAway() { back_.set_value(); }
  ReadersAway(const ReadersAway&) = delete;
  ReadersAway& operator=(const ReadersAway&) = delete;

 private:
  std::promise<void> begun_;
  std::promise<void> back_;
  std::future<int> reading_;  // waits for its end
};

class EventFeedTest : public testing::Test {
 protected:
  using Page = Result<types::JobEventPage>;

  std::future<Page> fetch(EventFeed& feed, const EventFilter& filter, Millis wait) {
    auto promise = std::make_shared<std::promise<Page>>();
    auto page = promise->get_future();
    feed.fetch(filter, wait, [promise](Page got) { promise->set_value(std::move(got)); });
    return page;
  }
  std::string add(std::optional<std::int64_t> owner = {}) {
    const NewJob job{.owner_user_id = owner};
    return database_
        .write([&](sql::Connection& connection) {
          return JobStore(connection).create(std::span(&job, 1), {}, clock_.now_ms());
        })
        .front();
  }
  // True once the feed has asked for whoever waits and follows, and got nothing.
  bool looks_in_vain() {
    const auto reads = [this] { return database_.read_statistics().seconds.total(); };
    const auto so_far = reads();
    return soon([&] { return reads() >= so_far + 3; });
  }
  static bool is_there(const std::future<Page>& page) {
    return page.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }

  ManualClock clock_;
  store::Database database_{{.path = ":memory:", .readers = 1, .reader_wait = Millis{200}}, clock_};
};

TEST_F(EventFeedTest, GivesWhatIsThereAtOnce) {
  EventFeed feed(database_, clock_);
  add();
  auto page = fetch(feed, {}, long_wait);
  ASSERT_TRUE(is_there(page));
  EXPECT_EQ(page.get()->events.size(), 1U);
}

TEST_F(EventFeedTest, WaitsForAnEventAndIsWoken) {
  EventFeed feed(database_, clock_, long_wait);
  auto page = fetch(feed, {}, long_wait);
  EXPECT_EQ(feed.waiting(), 1U);
  const auto id = add();
  feed.wake();
  ASSERT_EQ(page.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_EQ(page.get()->events.front().job_id, id);
}

TEST_F(EventFeedTest, FindsWhatOthersHaveWrittenByItself) {
  EventFeed feed(database_, clock_, Millis{1});
  auto page = fetch(feed, {}, long_wait);
  add();
  ASSERT_EQ(page.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_EQ(page.get()->events.size(), 1U);
}

TEST_F(EventFeedTest, GivesNothingWhenTheTimeIsOver) {
  EventFeed feed(database_, clock_, Millis{1});
  EXPECT_TRUE(is_there(fetch(feed, {}, Millis{0})));
  auto page = fetch(feed, {}, Millis{5});
  ASSERT_EQ(page.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_TRUE(page.get()->events.empty());
}

TEST_F(EventFeedTest, GivesAnOwnerOnlyItsOwn) {
  EventFeed feed(database_, clock_, Millis{1});
  auto page = fetch(feed, {.owner_user_id = 7}, long_wait);
  add(8);
  const auto mine = add(7);
  ASSERT_EQ(page.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  const auto got = page.get();
  ASSERT_EQ(got->events.size(), 1U);
  EXPECT_EQ(got->events.front().job_id, mine);
}

TEST_F(EventFeedTest, TellsAFollowerOfWhatIsThereAndOfAllThatComesOfItsOwner) {
  add(7);
  const auto mine = add(7);
  EventFeed feed(database_, clock_, long_wait);
  std::mutex mutex;
  std::vector<std::string> told;
  const auto told_of = [&](const std::string& id) {
    return soon([&] {
      const std::lock_guard lock(mutex);
      return std::find(told.begin(), told.end(), id) != told.end();
    });
  };
  auto following =
      feed.follow({.since = 1, .owner_user_id = 7}, [&](const types::JobEventPage& page) {
        const std::lock_guard lock(mutex);
        for (const auto& event : page.events)
          told.push_back(event.job_id);
      });
  ASSERT_TRUE(told_of(mine));
  add(8);
  const auto next = add(7);
  feed.wake();
  ASSERT_TRUE(told_of(next));
  const std::lock_guard lock(mutex);
  EXPECT_EQ(told, (std::vector{mine, next}));
}

TEST_F(EventFeedTest, TellsAFollowerOfAllPagesAndNothingOnceItHasGone) {
  EventFeed feed(database_, clock_, long_wait);
  std::atomic<int> told{0};
  auto following = feed.follow({.limit = 2}, [&](const types::JobEventPage& page) {
    told += static_cast<int>(page.events.size());
  });
  for (int i = 0; i < 5; ++i)
    add();
  feed.wake();
  ASSERT_TRUE(soon([&] { return told == 5; }));
  following.reset();
  add();
  // Answered by the round that would have told the follower, too.
  auto page = fetch(feed, {.since = 6}, long_wait);
  add();
  feed.wake();
  ASSERT_EQ(page.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_EQ(told, 5);
}

TEST_F(EventFeedTest, KeepsThePlaceOfAFollowerThatIsNotReadyAndTellsItTheRestInOrder) {
  constexpr std::int64_t all = 50;
  EventFeed feed(database_, clock_, Millis{1});
  for (std::int64_t i = 0; i < all; ++i)
    add();
  std::mutex mutex;
  std::vector<std::int64_t> told;
  std::atomic<int> room{2};  // pages that it can take
  std::atomic<int> refused{0};
  const auto told_so_far = [&] {
    const std::lock_guard lock(mutex);
    return static_cast<std::int64_t>(told.size());
  };
  auto following = feed.follow(
      {.limit = 5},
      [&](const types::JobEventPage& page) {
        --room;
        const std::lock_guard lock(mutex);
        for (const auto& event : page.events)
          told.push_back(event.seq);
      },
      [&] {
        if (room > 0) return true;
        ++refused;
        return false;
      });
  ASSERT_TRUE(soon([&] { return refused > 3; }));
  EXPECT_EQ(told_so_far(), 10);
  // Others need not wait for it.
  std::atomic<std::int64_t> others{0};
  auto ready = feed.follow({}, [&](const types::JobEventPage& page) {
    others += static_cast<std::int64_t>(page.events.size());
  });
  ASSERT_TRUE(soon([&] { return others == all; }));
  EXPECT_EQ(told_so_far(), 10);
  room = 100;
  ASSERT_TRUE(soon([&] { return told_so_far() == all; }));
  for (std::int64_t i = 0; i < all; ++i)
    EXPECT_EQ(told[static_cast<std::size_t>(i)], i + 1);
}

TEST_F(EventFeedTest, GivesWhatWasMissedWhenTheStoreIsBack) {
  add();
  EventFeed feed(database_, clock_, Millis{1});
  std::mutex mutex;
  std::vector<std::int64_t> told;
  const auto told_are = [&](const std::vector<std::int64_t>& wanted) {
    const std::lock_guard lock(mutex);
    return told == wanted;
  };
  auto following = feed.follow({}, [&](const types::JobEventPage& page) {
    const std::lock_guard lock(mutex);
    for (const auto& event : page.events)
      told.push_back(event.seq);
  });
  ASSERT_TRUE(soon([&] { return told_are({1}); }));
  auto waiting = fetch(feed, {.since = 1}, long_wait);
  {
    const ReadersAway away(database_);
    add();
    add();
    ASSERT_TRUE(looks_in_vain());
    ASSERT_FALSE(is_there(waiting));
    EXPECT_TRUE(told_are({1}));
  }
  ASSERT_EQ(waiting.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  const auto page = waiting.get();
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->events.front().seq, 2);
  EXPECT_TRUE(soon([&] { return told_are({1, 2, 3}); }));
}

TEST_F(EventFeedTest, SaysThatTheStoreIsAwayAtTheBeginningAndAtTheEndOfAWait) {
  EventFeed feed(database_, clock_, Millis{1});
  auto begun = fetch(feed, {}, Millis{2000});
  const ReadersAway away(database_);
  const auto refused = fetch(feed, {}, long_wait).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  ASSERT_EQ(begun.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  const auto ended = begun.get();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Errc::unavailable);
}

TEST_F(EventFeedTest, ReleasesAllAndMakesNobodyWaitAfterThat) {
  EventFeed feed(database_, clock_, long_wait);
  auto page = fetch(feed, {.since = 3}, long_wait);
  feed.release_all();
  ASSERT_EQ(page.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_EQ(page.get()->next, 3);
  EXPECT_TRUE(is_there(fetch(feed, {}, long_wait)));
}

}  // namespace
}  // namespace bot::jobs
