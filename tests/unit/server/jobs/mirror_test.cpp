#include "server/jobs/mirror.hpp"

#include "tests/unit/server/jobs/mirror_case.hpp"

namespace bot::jobs {
namespace {

using types::Json;

class MirrorTest : public MirrorCase {};

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

TEST_F(MirrorTest, ShowsWhatHappenedUntilItWasStopped) {
  const auto mirror = make();
  ASSERT_TRUE(soon([&] { return !text("botrix:jobs:mirror").empty(); }));
  const auto id = create(1)[0];
  complete(claim(1).at(0));

  mirror->stop();

  EXPECT_EQ(text("botrix:jobs:status:" + id), "completed");
  EXPECT_EQ(run({"LLEN", "botrix:jobs:queue"}).integer, 0);
}

}  // namespace
}  // namespace bot::jobs
