// In which order and how fast the mirror shows what there is, of which a page is one job here.
#include <chrono>

#include "tests/unit/server/jobs/mirror_case.hpp"

namespace bot::jobs {
namespace {

using std::chrono::steady_clock;
using types::Json;

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
  constexpr std::size_t n = 500;
  fill(n);
  run({"CONFIG", "SET", "notify-keyspace-events", "Kg"});
  redis::Connection ear({.address = redis::parse_url(server_.url()).value()});
  ear.run({"SUBSCRIBE", "botrix:jobs:updates"});
  ear.run({"SUBSCRIBE", "__keyspace@0__:botrix:jobs:queue"});
  auto patient = page_by_page();
  patient.last_words = std::chrono::seconds{60};
  const auto mirror = make(patient);
  ASSERT_TRUE(soon([&] { return is_painting(); }));

  claim(1);

  const auto message = ear.next_message(Millis{20'000});
  ASSERT_TRUE(message);
  ASSERT_EQ(message->list.at(1).text, "botrix:jobs:updates") << "the list came first";
  EXPECT_EQ(Json::parse(message->list.at(2).text)["status"], "running");
  mirror->stop();
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

TEST_F(MirrorPace, ALongListIsBackAtOnceAfterAFlush) {
  constexpr std::size_t n = 300;
  fill(n);
  const auto begun = steady_clock::now();
  const auto mirror = make(page_by_page());
  ASSERT_TRUE(soon([&] { return shown() == n; }));
  const auto whole = steady_clock::now() - begun;

  const auto flushed = steady_clock::now();
  run({"FLUSHALL"});
  ASSERT_TRUE(soon([&] { return shown() == n; }));

  EXPECT_LT(steady_clock::now() - flushed, 3 * whole) << "it rests for nine parts of painting";
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
