// In which order and how fast the mirror shows what there is, of which a page is one job here.
#include <atomic>
#include <chrono>
#include <latch>

#include "tests/unit/server/jobs/mirror_case.hpp"

namespace bot::jobs {
namespace {

using types::Json;

// Holds up whoever asks it for the nth time.
class HeldClock final : public Clock {
 public:
  HeldClock(const Clock& real, int nth) : real_(real), left_(nth) {}

  UnixMillis now_ms() const override {
    if (--left_ == 0) {
      held_.count_down();
      released_.wait();
    }
    return real_.now_ms();
  }
  std::chrono::milliseconds monotonic() const override { return real_.monotonic(); }
  void wait_until_held() { held_.wait(); }
  void release() { released_.count_down(); }

 private:
  const Clock& real_;
  mutable std::atomic<int> left_;
  mutable std::latch held_{1};
  mutable std::latch released_{1};
};

class MirrorPace : public MirrorCase {
 protected:
  static constexpr Millis never = std::chrono::hours{1};

  MirrorOptions page_by_page() {
    auto options = this->options();
    options.batch = 1;
    return options;
  }
  // So many that wait, of which everybody has been told.
  void fill(std::size_t n) {
    create(n);
    database_.write([](sql::Connection& connection) {
      connection.query("UPDATE job_events SET published_at = 0");
    });
  }
  std::size_t shown() {
    return static_cast<std::size_t>(run({"LLEN", "botrix:jobs:queue"}).integer);
  }
  bool is_painting() { return run({"LLEN", "botrix:jobs:queue:next"}).integer > 0; }
};

TEST_F(MirrorPace, AStopShowsAllThatHappenedUntilThenHoweverManyPagesItTakes) {
  constexpr std::size_t n = 50;
  auto slow = page_by_page();
  slow.look_every = never;
  slow.last_words = std::chrono::seconds{20};
  fill(1);
  const auto mirror = make(slow);
  ASSERT_TRUE(soon([&] { return shown() == 1; }));
  const auto ids = create(n);

  mirror->stop();

  for (const auto& id : ids)
    EXPECT_EQ(text("botrix:jobs:status:" + id), "pending");
  EXPECT_EQ(shown(), n + 1);
  EXPECT_TRUE(
      database_
          .read([](sql::Connection& connection) { return MirrorStore(connection).news(0, 10); })
          .events.empty());
}

TEST_F(MirrorPace, NewsAreToldWhileALongListIsPainted) {
  constexpr std::size_t n = 200;
  fill(n);
  run({"CONFIG", "SET", "notify-keyspace-events", "Kg"});
  redis::Connection ear({.address = redis::parse_url(server_.url()).value()});
  ear.run({"SUBSCRIBE", "botrix:jobs:updates"});
  ear.run({"SUBSCRIBE", "__keyspace@0__:botrix:jobs:queue"});
  auto patient = page_by_page();
  patient.last_words = std::chrono::seconds{60};
  // Asked once for everything, then with each look for news: of these some are amid the list.
  HeldClock clock(clock_, 5);
  Mirror mirror(database_, clock, patient);
  mirror.start();
  clock.wait_until_held();
  ASSERT_TRUE(is_painting());

  claim(1);
  clock.release();

  const auto message = ear.next_message(Millis{20'000});
  ASSERT_TRUE(message);
  ASSERT_EQ(message->list.at(1).text, "botrix:jobs:updates") << "the list came first";
  EXPECT_EQ(Json::parse(message->list.at(2).text)["status"], "running");
  mirror.stop();
  EXPECT_EQ(shown(), n - 1) << "what changed meanwhile is in the list then";
}

TEST_F(MirrorPace, WhatIsNoNewsIsPassedOverWithoutHoldingUpTheList) {
  constexpr std::size_t n = 200;
  create(n);
  database_.write([](sql::Connection& connection) {
    for (int i = 0; i < 2; ++i)
      connection.query(
          "INSERT INTO job_events (job_id, event, at, data)"
          " SELECT job_id, event, at, data FROM job_events");
  });
  clock_.advance(std::chrono::seconds{redis_ttl_seconds});
  const auto mirror = make(page_by_page());

  ASSERT_TRUE(soon([&] { return shown() == n; }));
  EXPECT_FALSE(
      database_
          .read([](sql::Connection& connection) { return MirrorStore(connection).news(0, 10); })
          .events.empty());
}

TEST_F(MirrorPace, TheListIsBackAfterAFlushHoweverLongItWouldRest) {
  constexpr std::size_t n = 100;
  fill(n);
  auto slow = page_by_page();
  slow.rest_of_painting = 1'000'000;
  const auto mirror = make(slow);
  ASSERT_TRUE(soon([&] { return shown() == n; }));

  run({"FLUSHALL"});

  EXPECT_TRUE(soon([&] { return shown() == n; }));
}

TEST_F(MirrorPace, AListThatIsFoundWrongWhileItMayNotBePaintedIsPaintedLater) {
  constexpr std::size_t n = 150;
  fill(n);
  auto slow = page_by_page();
  slow.look_every = never;
  slow.check_every = never;
  const auto mirror = make(slow);
  ASSERT_TRUE(soon([&] { return shown() == n; }));

  run({"LPOP", "botrix:jobs:queue"});

  EXPECT_TRUE(soon([&] {
    mirror->wake();
    return shown() == n;
  }));
}

}  // namespace
}  // namespace bot::jobs
