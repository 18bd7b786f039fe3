// Against a Redis of its own, that it ends, flushes and misconfigures.
#include "server/jobs/mirror.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "client/types/json.hpp"
#include "drivers/redis/connection.hpp"
#include "server/jobs/handlers.hpp"
#include "server/jobs/job_store.hpp"
#include "server/queue/queue.hpp"
#include "tests/e2e/own_redis.hpp"
#include "tests/fakes/base/manual_clock.hpp"
#include "tests/fakes/base/soon.hpp"

namespace bot::jobs {
namespace {

using types::Json;

class Folder {
 public:
  Folder() { EXPECT_NE(::mkdtemp(path_.data()), nullptr); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/mirror-test-XXXXXX";
};

class MirrorTest : public testing::Test {
 protected:
  MirrorTest() {
    listen(listeners_, clock_);
    reconnect();
  }

  std::unique_ptr<Mirror> make(const std::string& owner = "one") {
    MirrorOptions options;
    options.url = server_.url();
    options.owner = owner;
    options.sharing = MirrorOptions::Sharing::shared;
    options.look_every = Millis{20};
    options.lease = Millis{600};
    options.check_every = Millis{50};
    auto mirror = std::make_unique<Mirror>(database_, clock_, options);
    mirror->start();
    return mirror;
  }

  redis::Reply run(const redis::Command& command) { return redis_->run(command); }
  void reconnect() {
    ASSERT_TRUE(soon([&] {
      try {
        redis_ = std::make_unique<redis::Connection>(
            redis::Options{.address = redis::parse_url(server_.url()).value()});
        return run({"PING"}).text == "PONG";
      } catch (const Fault&) {
        return false;
      }
    }));
  }

  std::vector<std::string> create(std::size_t n, Priority priority = Priority::normal) {
    const std::vector<NewJob> wanted(n, NewJob{.units = 2, .priority = priority});
    return database_.write([&](sql::Connection& connection) {
      return JobStore(connection).create(wanted, {}, clock_.now_ms());
    });
  }
  std::vector<queue::Item> claim(std::size_t n) {
    return database_.write([&](sql::Connection& connection) {
      return queue::claim(connection,
                          {.lane = lane, .owner = "worker-1", .lease = Millis{30'000}},
                          n,
                          clock_.now_ms(),
                          listeners_);
    });
  }
  void complete(const queue::Item& item) {
    database_.write([&](sql::Connection& connection) {
      queue::complete(connection, item.id, item.fence, clock_.now_ms(), listeners_);
    });
  }
  // The ids in the list, in its order.
  std::vector<std::string> listed() {
    std::vector<std::string> ids;
    for (const auto& entry : run({"LRANGE", "botrix:jobs:queue", "0", "-1"}).list)
      ids.push_back(Json::parse(entry.text).at("id").get<std::string>());
    return ids;
  }
  std::string text(const std::string& key) { return run({"GET", key}).text; }

  Folder folder_;
  e2e::OwnRedis server_{folder_.path()};
  ManualClock clock_;
  store::Database database_{{.path = ":memory:"}, clock_};
  queue::Listeners listeners_;
  std::unique_ptr<redis::Connection> redis_;
};

TEST_F(MirrorTest, TheListHoldsTheWaitingJobsAsTheyWillBeClaimed) {
  const auto normal = create(2);
  const auto high = create(1, Priority::high);
  const auto mirror = make();

  ASSERT_TRUE(soon([&] { return listed().size() == 3; }));
  EXPECT_EQ(listed(), (std::vector<std::string>{high[0], normal[0], normal[1]}));
  const auto first = Json::parse(run({"LINDEX", "botrix:jobs:queue", "0"}).text);
  EXPECT_EQ(first["count"], 2);
  EXPECT_EQ(first["priority"], 2);
  EXPECT_EQ(first["status"], "pending");
  EXPECT_EQ(first["retry_count"], 0);
  EXPECT_EQ(text("botrix:jobs:status:" + high[0]), "pending");
  EXPECT_EQ(run({"TTL", "botrix:jobs:status:" + high[0]}).integer, -1);
  EXPECT_EQ(run({"TTL", "botrix:jobs:queue"}).integer, -1);

  const auto more = create(1, Priority::low);
  mirror->wake();
  ASSERT_TRUE(soon([&] { return listed().size() == 4; }));
  EXPECT_EQ(listed().back(), more[0]);
}

TEST_F(MirrorTest, AJobIsShownAsItRunsAndForAnHourAfter) {
  const auto id = create(1)[0];
  const auto mirror = make();
  const auto items = claim(1);
  ASSERT_EQ(items.size(), 1u);
  ASSERT_TRUE(soon([&] { return text("botrix:jobs:status:" + id) == "running"; }));
  EXPECT_TRUE(soon([&] { return run({"LLEN", "botrix:jobs:queue"}).integer == 0; }));
  EXPECT_EQ(run({"SISMEMBER", "botrix:jobs:processing", id}).integer, 1);
  EXPECT_EQ(run({"TTL", "botrix:jobs:data:" + id}).integer, -1);

  complete(items[0]);

  ASSERT_TRUE(soon([&] { return text("botrix:jobs:status:" + id) == "completed"; }));
  EXPECT_EQ(run({"SISMEMBER", "botrix:jobs:processing", id}).integer, 0);
  EXPECT_EQ(Json::parse(text("botrix:jobs:data:" + id))["status"], "completed");
  EXPECT_EQ(Json::parse(text("botrix:jobs:results:" + id))["accounts_created"], 0);
  for (const auto* key : {"status", "data", "results"}) {
    const auto left = run({"TTL", std::string("botrix:jobs:") + key + ":" + id}).integer;
    EXPECT_GT(left, 3500) << key;
    EXPECT_LE(left, 3600) << key;
  }
}

TEST_F(MirrorTest, AJobThatIsDeletedIsNotShownAnyMore) {
  const auto id = create(1)[0];
  const auto mirror = make();
  complete(claim(1).at(0));
  ASSERT_TRUE(soon([&] { return text("botrix:jobs:status:" + id) == "completed"; }));

  database_.write([&](sql::Connection& connection) {
    EXPECT_TRUE(JobStore(connection).remove(id, listeners_));
  });

  EXPECT_TRUE(soon([&] { return run({"KEYS", "botrix:jobs:*" + id + "*"}).list.empty(); }));
}

TEST_F(MirrorTest, TheErrorOfAJobThatFailedIsShown) {
  const auto id = create(1)[0];
  const auto mirror = make();
  const auto items = claim(1);
  database_.write([&](sql::Connection& connection) {
    queue::bury(
        connection, items[0].id, items[0].fence, "it cannot be", clock_.now_ms(), listeners_);
  });

  ASSERT_TRUE(soon([&] { return text("botrix:jobs:status:" + id) == "failed"; }));
  EXPECT_EQ(text("botrix:jobs:status:" + id + ":error"), "it cannot be");
  EXPECT_GT(run({"TTL", "botrix:jobs:status:" + id + ":error"}).integer, 0);
}

TEST_F(MirrorTest, EventsArePublishedInTheirOrderAndWrittenDown) {
  redis::Connection ear({.address = redis::parse_url(server_.url()).value()});
  ear.run({"SUBSCRIBE", "botrix:jobs:updates"});
  const auto id = create(1)[0];
  complete(claim(1).at(0));
  const auto mirror = make();

  std::vector<std::string> heard;
  while (heard.size() < 3) {
    const auto message = ear.next_message(Millis{10'000});
    ASSERT_TRUE(message);
    const auto event = Json::parse(message->list.at(2).text);
    EXPECT_EQ(event["job_id"], id);
    EXPECT_EQ(event["v"], 1);
    heard.push_back(event["event"].get<std::string>() + " " + event["status"].get<std::string>());
  }
  EXPECT_EQ(heard,
            (std::vector<std::string>{
                "job_added pending", "status_updated running", "job_completed completed"}));
  EXPECT_TRUE(soon([&] {
    return database_
        .read([](sql::Connection& connection) { return MirrorStore(connection).news(0, 10); })
        .events.empty();
  }));
}

TEST_F(MirrorTest, ARedisThatIsAddedLaterIsNotToldOfTheTimeBeforeIt) {
  const auto old = create(2500);
  complete(claim(1).at(0));
  run({"SET", "botrix:jobs:status:" + old[0], "pending"});
  clock_.advance(std::chrono::seconds{redis_ttl_seconds});
  const auto fresh = create(1, Priority::high)[0];
  redis::Connection ear({.address = redis::parse_url(server_.url()).value()});
  ear.run({"SUBSCRIBE", "botrix:jobs:updates"});
  const auto mirror = make();

  const auto message = ear.next_message(Millis{10'000});
  ASSERT_TRUE(message);
  EXPECT_EQ(Json::parse(message->list.at(2).text)["job_id"], fresh) << "the first that is told";
  EXPECT_TRUE(soon([&] { return listed().size() == 2500; }));
  EXPECT_EQ(text("botrix:jobs:status:" + old[1]), "pending");
  EXPECT_TRUE(run({"GET", "botrix:jobs:status:" + old[0]}).is_nil()) << "it finished an hour ago";
  EXPECT_TRUE(soon([&] {
    return database_
        .read([](sql::Connection& connection) { return MirrorStore(connection).news(0, 10); })
        .events.empty();
  }));
}

TEST_F(MirrorTest, PaintsEverythingAgainAfterAFlush) {
  const auto ids = create(3);
  const auto mirror = make();
  ASSERT_TRUE(soon([&] { return listed() == ids; }));

  run({"FLUSHALL"});

  EXPECT_TRUE(soon([&] { return listed() == ids; }));
  EXPECT_TRUE(soon([&] { return text("botrix:jobs:status:" + ids[2]) == "pending"; }));
}

TEST_F(MirrorTest, PaintsEverythingAgainWhenRedisWasAway) {
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

TEST_F(MirrorTest, RightsAListThatSomebodyElseChanged) {
  const auto ids = create(2);
  const auto mirror = make();
  ASSERT_TRUE(soon([&] { return listed() == ids; }));

  run({"LPOP", "botrix:jobs:queue"});

  EXPECT_TRUE(soon([&] { return listed() == ids; }));
}

TEST_F(MirrorTest, ALongQueueIsShownPageByPageAndWhole) {
  const auto ids = create(2500);
  const auto mirror = make();

  ASSERT_TRUE(soon([&] { return run({"LLEN", "botrix:jobs:queue"}).integer == 2500; }));
  EXPECT_EQ(listed(), ids);
}

TEST_F(MirrorTest, AnotherProcessGoesOnWhenOneEnds) {
  auto first = make("one");
  const auto second = make("two");
  const auto ids = create(1);
  ASSERT_TRUE(soon([&] { return listed() == ids; }));

  first.reset();
  const auto more = create(1);

  EXPECT_TRUE(soon([&] { return listed() == std::vector{ids[0], more[0]}; }));
}

TEST_F(MirrorTest, SaysWhenRedisTakesNothingMoreAndShowsEverythingOnceItDoes) {
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

TEST_F(MirrorTest, SaysWhenItIsNotAllowedWhatItNeeds) {
  run({"SET", "botrix:jobs:processing", "no set"});
  run({"ACL", "SETUSER", "default", "-del"});
  create(1);
  const auto mirror = make();

  EXPECT_TRUE(
      soon([&] { return mirror->problem() == "Redis refuses what the jobs are shown with"; }));
  run({"ACL", "SETUSER", "default", "+del"});
  EXPECT_TRUE(soon([&] { return mirror->problem().empty(); }));
}

TEST_F(MirrorTest, ShowsWhatHappenedUntilItWasStopped) {
  const auto mirror = make();
  ASSERT_TRUE(soon([&] { return !text("botrix:jobs:mirror").empty(); }));
  const auto id = create(1)[0];
  complete(claim(1).at(0));

  mirror->stop();

  EXPECT_EQ(text("botrix:jobs:status:" + id), "completed");
  EXPECT_EQ(run({"LLEN", "botrix:jobs:queue"}).integer, 0);
}

TEST_F(MirrorTest, PaintsEverythingAnewWhenAnotherHasPaintedInTheMiddle) {
  const auto ids = create(1);
  const auto mirror = make();
  ASSERT_TRUE(soon([&] { return listed() == ids; }));

  run({"SET", "botrix:jobs:mirror", "another"});
  run({"SET", "botrix:jobs:status:" + ids[0], "completed"});
  mirror->wake();

  EXPECT_TRUE(soon([&] { return text("botrix:jobs:status:" + ids[0]) == "pending"; }));
}

TEST_F(MirrorTest, ARedisThatDeletesKeysIsNotUsedUntilItNoLongerDoes) {
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
