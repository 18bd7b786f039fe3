// What the mirror does when Redis or the database fails.
#include <atomic>
#include <mutex>

#include "tests/unit/server/jobs/mirror_case.hpp"

namespace bot::jobs {
namespace {

// Counts who asks it.
class AskedClock final : public Clock {
 public:
  explicit AskedClock(const Clock& real) : real_(real) {}

  UnixMillis now_ms() const override {
    ++times_;
    return real_.now_ms();
  }
  std::chrono::milliseconds monotonic() const override { return real_.monotonic(); }
  int times() const { return times_; }

 private:
  const Clock& real_;
  mutable std::atomic<int> times_{0};
};

class MirrorFault : public MirrorCase {};

TEST_F(MirrorFault, PaintsEverythingAgainAfterAFlush) {
  const auto ids = create(3);
  const auto mirror = make();
  ASSERT_TRUE(soon([&] { return listed() == ids; }));

  run({"FLUSHALL"});

  EXPECT_TRUE(soon([&] { return listed() == ids; }));
  EXPECT_TRUE(soon([&] { return text("botrix:jobs:status:" + ids[2]) == "pending"; }));
}

TEST_F(MirrorFault, PaintsEverythingAgainWhenRedisWasAway) {
  const auto ids = create(2);
  const auto mirror = make();
  ASSERT_TRUE(soon([&] { return listed() == ids; }));
  server_.stop();
  EXPECT_TRUE(soon([&] { return mirror->problem() == "Redis cannot be reached"; }));
  const auto more = create(1);

  server_.start();
  reconnect();

  EXPECT_TRUE(soon([&] { return listed() == std::vector{ids[0], ids[1], more[0]}; }));
  EXPECT_TRUE(soon([&] { return mirror->problem().empty(); }));
}

TEST_F(MirrorFault, SaysOnceThatASharedDatabaseIsAwayAndOnceThatItIsBack) {
  std::mutex mutex;
  std::vector<std::string> told;
  auto telling = options();
  telling.lease = Millis{90};
  telling.on_problem = [&](const std::string& problem) {
    const std::lock_guard lock(mutex);
    told.push_back(problem);
  };
  const AskedClock clock(clock_);
  Mirror mirror(database_, clock, telling);
  mirror.start();
  ASSERT_TRUE(soon([&] { return !text("botrix:jobs:mirror").empty(); }));
  database_.write(
      [](sql::Connection& connection) { connection.query("ALTER TABLE leases RENAME TO gone"); });
  ASSERT_TRUE(soon([&] { return !mirror.problem().empty(); }));

  const auto before = clock.times();
  ASSERT_TRUE(soon([&] { return clock.times() >= before + 5; })) << "it asks again and again";
  database_.write(
      [](sql::Connection& connection) { connection.query("ALTER TABLE gone RENAME TO leases"); });
  EXPECT_TRUE(soon([&] {
    const std::lock_guard lock(mutex);
    return told.back().empty();
  }));

  const std::lock_guard lock(mutex);
  EXPECT_EQ(
      told,
      (std::vector<std::string>{"Redis or the database is away, or Redis takes nothing more", ""}));
}

TEST_F(MirrorFault, SaysWhenRedisTakesNothingMoreAndShowsEverythingOnceItDoes) {
  const auto ids = create(1);
  const auto mirror = make();
  ASSERT_TRUE(soon([&] { return listed() == ids; }));
  run({"CONFIG", "SET", "maxmemory", "1"});
  const auto more = create(1);

  ASSERT_TRUE(soon([&] { return !mirror->problem().empty(); }));
  const auto before = mirror->problem();
  run({"CONFIG", "SET", "maxmemory", "0"});

  EXPECT_EQ(before, "Redis or the database is away, or Redis takes nothing more");
  EXPECT_TRUE(soon([&] { return listed() == std::vector{ids[0], more[0]}; }));
  EXPECT_TRUE(soon([&] { return mirror->problem().empty(); }));
}

TEST_F(MirrorFault, SaysWhenItIsNotAllowedWhatItNeeds) {
  run({"SET", "botrix:jobs:processing", "no set"});
  run({"ACL", "SETUSER", "default", "-del"});
  create(1);
  const auto mirror = make();

  EXPECT_TRUE(
      soon([&] { return mirror->problem() == "Redis refuses what the jobs are shown with"; }));
  run({"ACL", "SETUSER", "default", "+del"});
  EXPECT_TRUE(soon([&] { return mirror->problem().empty(); }));
}

TEST_F(MirrorFault, PaintsEverythingAnewWhenAnotherHasPaintedInTheMiddle) {
  const auto ids = create(1);
  const auto mirror = make();
  ASSERT_TRUE(soon([&] { return listed() == ids; }));

  run({"SET", "botrix:jobs:mirror", "another"});
  run({"SET", "botrix:jobs:status:" + ids[0], "completed"});
  mirror->wake();

  EXPECT_TRUE(soon([&] { return text("botrix:jobs:status:" + ids[0]) == "pending"; }));
}

TEST_F(MirrorFault, ARedisThatDeletesKeysIsNotUsedUntilItNoLongerDoes) {
  run({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
  const auto ids = create(1);
  const auto mirror = make();

  ASSERT_TRUE(soon([&] { return mirror->problem().find("allkeys-lru") != std::string::npos; }));
  EXPECT_EQ(run({"LLEN", "botrix:jobs:queue"}).integer, 0);

  run({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
  EXPECT_TRUE(soon([&] { return listed() == ids; }));
}

}  // namespace
}  // namespace bot::jobs
