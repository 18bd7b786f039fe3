#include "server/queue/queue.hpp"
#include "server/store/worker_store.hpp"
#include "tests/unit/server/routes/api.hpp"

namespace bot::routes {
namespace {

using queue::ItemStatus;

class QueueAdmin : public Api {
 protected:
  std::int64_t add(const std::string& kind, std::optional<UnixMillis> run_at = {}) {
    return *service_.database().write([&](sql::Connection& connection) {
      return queue::enqueue(connection,
                            {.lane = "test",
                             .kind = kind,
                             .payload = R"({"of":")" + kind + R"("})",
                             .run_at = run_at},
                            service_.clock().now_ms());
    });
  }
  // Gives up what is due, for this reason.
  void bury_all(const std::string& reason) {
    service_.database().write([&](sql::Connection& connection) {
      const auto now = service_.clock().now_ms();
      for (const auto& item : queue::claim(
               connection, {.lane = "test", .owner = "me", .lease = Millis{1000}}, 100, now))
        queue::bury(connection, item.id, item.fence, reason, now);
    });
  }
  ItemStatus status_of(std::int64_t id) {
    return service_.database()
        .read([&](sql::Connection& connection) { return queue::find(connection, id); })
        .value()
        .status;
  }
  Json lane(const std::string& name) {
    const auto answer = admin("GET", "/admin/queue");
    for (const auto& lane : answer.json["lanes"]) {
      if (lane["lane"] == name) return lane;
    }
    return {};
  }
};

TEST_F(QueueAdmin, LanesAreListedWithWhatWaitsAndSinceWhen) {
  add("one");
  add("later", service_.clock().now_ms() + 60'000);
  service_.clock().advance(Millis{2500});

  const auto found = lane("test");

  EXPECT_EQ(found["ready"], 1);
  EXPECT_EQ(found["scheduled"], 1);
  EXPECT_EQ(found["leased"], 0);
  EXPECT_EQ(found["oldest_age_seconds"], 2.5);
  EXPECT_EQ(found["oldest_ready_at"], "2025-11-21T21:20:00.000Z");
  EXPECT_EQ(found["paused_at"], nullptr);
}

TEST_F(QueueAdmin, ALaneIsPausedAndResumed) {
  add("one");

  const auto paused = admin("POST", "/admin/queue/test/pause");
  EXPECT_EQ(paused.status, 200);
  EXPECT_EQ(paused.json["paused_at"], "2025-11-21T21:20:00.000Z");
  bury_all("nobody gets anything");
  EXPECT_EQ(lane("test")["ready"], 1);

  const auto resumed = admin("POST", "/admin/queue/test/resume");
  EXPECT_EQ(resumed.json["paused_at"], nullptr);
  EXPECT_EQ(resumed.json["ready"], 1);
  EXPECT_EQ(service_.wakes(), std::vector<std::string>{"test"});
  EXPECT_EQ(admin("POST", "/admin/queue/webhook.deliver/pause").json["ready"], 0);
}

TEST_F(QueueAdmin, AServerThatIsNewHasItsLanes) {
  std::vector<std::string> names;
  const auto answer = admin("GET", "/admin/queue");
  for (const auto& lane : answer.json["lanes"]) {
    names.push_back(lane["lane"]);
    EXPECT_EQ(lane["ready"], 0);
    EXPECT_EQ(lane["paused_at"], nullptr);
  }

  EXPECT_EQ(names,
            (std::vector<std::string>{"bot.launch",
                                      "bot.stop",
                                      "command.publish",
                                      "jobs",
                                      "meeting.finish",
                                      "webhook.deliver"}));
}

TEST_F(QueueAdmin, ALaneThatNobodyKnowsIsNotFound) {
  for (const auto& [method, what] : std::vector<std::pair<std::string, std::string>>{
           {"GET", "items"}, {"POST", "pause"}, {"POST", "resume"}}) {
    EXPECT_EQ(admin(method, "/admin/queue/jbos/" + what).status, 404) << what;
  }
  EXPECT_EQ(admin("POST", "/admin/queue/jbos/purge", R"({"status":"done"})").status, 404);
  EXPECT_EQ(lane("jbos"), Json());
}

TEST_F(QueueAdmin, ALaneOfAWorkerThatIsThereIsKnown) {
  service_.database().write([&](sql::Connection& connection) {
    const auto now = service_.clock().now_ms();
    store::WorkerRow worker;
    worker.id = "worker-1";
    worker.lanes = {"reports"};
    worker.started_at = now;
    worker.beat_interval = Millis{10'000};
    worker.beat.seen_at = now;
    store::WorkerStore(connection).put(worker);
  });

  EXPECT_EQ(lane("reports")["ready"], 0);
  EXPECT_EQ(admin("GET", "/admin/queue/reports/items").status, 200);
  service_.clock().advance(Millis{60'000});
  EXPECT_EQ(admin("GET", "/admin/queue/reports/items").status, 404);
}

TEST_F(QueueAdmin, ALaneWithNothingButFinishedItemsIsKnown) {
  add("one");
  service_.database().write([&](sql::Connection& connection) {
    const auto now = service_.clock().now_ms();
    for (const auto& item :
         queue::claim(connection, {.lane = "test", .owner = "me", .lease = Millis{1000}}, 100, now))
      queue::complete(connection, item.id, item.fence, now);
  });

  EXPECT_EQ(lane("test"), Json());
  EXPECT_EQ(admin("GET", "/admin/queue/test/items").json["items"].size(), 1U);
}

TEST_F(QueueAdmin, ItemsAreFilteredAndPaged) {
  const auto first = add("one");
  const auto second = add("two");

  const auto all = admin("GET", "/admin/queue/test/items").json["items"];
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0]["id"], second);
  EXPECT_EQ(all[0]["payload"], Json::parse(R"({"of":"two"})"));
  EXPECT_EQ(all[0]["status"], "ready");
  const auto ids = [&](const std::string& query) {
    std::vector<std::int64_t> found;
    const auto answer = admin("GET", "/admin/queue/test/items?" + query);
    for (const auto& item : answer.json["items"])
      found.push_back(item["id"].get<std::int64_t>());
    return found;
  };
  EXPECT_EQ(ids("kind=one"), std::vector{first});
  EXPECT_EQ(ids("search=TWO"), std::vector{second});
  EXPECT_EQ(ids("limit=1"), std::vector{second});
  EXPECT_EQ(ids("before=" + std::to_string(second)), std::vector{first});
  EXPECT_TRUE(ids("status=dead").empty());
}

TEST_F(QueueAdmin, ADryPurgeOnlyCounts) {
  add("one");
  add("two");

  const auto dry = admin("POST", "/admin/queue/test/purge", R"({"status":"ready","dry_run":true})");
  EXPECT_EQ(dry.json, Json::parse(R"({"matched":2,"deleted":0})"));
  EXPECT_EQ(lane("test")["ready"], 2);
  const auto purged = admin("POST", "/admin/queue/test/purge", R"({"status":"ready"})");
  EXPECT_EQ(purged.json, Json::parse(R"({"matched":2,"deleted":2})"));
  EXPECT_TRUE(lane("test").is_null());
}

TEST_F(QueueAdmin, HistoryTellsWhatFinishedOnEachDay) {
  add("one");
  add("two");
  bury_all("no");

  const auto days = admin("GET", "/admin/queue/history?days=2").json["days"];

  ASSERT_EQ(days.size(), 1u);
  EXPECT_EQ(days[0],
            Json::parse(R"({"day":"2025-11-21","lane":"test","done":0,"dead":2,"cancelled":0})"));
}

TEST_F(QueueAdmin, DeadLettersTellWhyAndAreTriedAgain) {
  const auto id = add("one");
  bury_all("it cannot be");

  const auto listed = admin("GET", "/admin/dead-letters?lane=test").json["items"];
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0]["last_error"], "it cannot be");
  const auto target = "/admin/dead-letters/" + std::to_string(id);
  const auto shown = admin("GET", target).json;
  EXPECT_EQ(shown["history"].back()["event"], "dead");
  EXPECT_EQ(shown["history"].back()["at"], "2025-11-21T21:20:00.000Z");

  const auto retried = admin("POST", target + "/retry");
  EXPECT_EQ(retried.status, 200);
  EXPECT_EQ(retried.json["status"], "ready");
  EXPECT_EQ(retried.json["attempts"], 0);
  EXPECT_EQ(service_.wakes(), std::vector<std::string>{"test"});
  EXPECT_EQ(admin("POST", target + "/retry").status, 404);
}

TEST_F(QueueAdmin, ADeadLetterWhoseWorkIsUnderWayIsNotTriedAgain) {
  const auto enqueue = [&] {
    return service_.database().write([&](sql::Connection& connection) {
      return queue::enqueue(connection,
                            {.lane = "test", .kind = "one", .unique_key = "key"},
                            service_.clock().now_ms());
    });
  };
  const auto id = enqueue();
  bury_all("no");
  enqueue();

  EXPECT_EQ(admin("POST", "/admin/dead-letters/" + std::to_string(*id) + "/retry").status, 409);
  EXPECT_EQ(status_of(*id), ItemStatus::dead);
}

TEST_F(QueueAdmin, DeadLettersAreDeletedOneByOneAndByAge) {
  const auto first = add("one");
  bury_all("no");
  service_.clock().advance(std::chrono::hours{2});
  const auto second = add("two");
  bury_all("no");

  EXPECT_EQ(admin("POST", "/admin/dead-letters/purge", R"({"older_than_seconds":3600})").json,
            Json::parse(R"({"matched":1,"deleted":1})"));
  EXPECT_EQ(admin("GET", "/admin/dead-letters/" + std::to_string(first)).status, 404);
  EXPECT_EQ(admin("POST", "/admin/dead-letters/purge", R"({"kind":"one"})").json["matched"], 0);
  EXPECT_EQ(admin("DELETE", "/admin/dead-letters/" + std::to_string(second)).status, 204);
  EXPECT_EQ(admin("DELETE", "/admin/dead-letters/" + std::to_string(second)).status, 404);
}

TEST_F(QueueAdmin, AnItemThatIsNotDeadIsNoDeadLetter) {
  const auto target = "/admin/dead-letters/" + std::to_string(add("one"));

  EXPECT_EQ(admin("GET", target).status, 404);
  EXPECT_EQ(admin("POST", target + "/retry").status, 404);
  EXPECT_EQ(admin("DELETE", target).status, 404);
}

TEST_F(QueueAdmin, ManyItemsAreDeletedInOnePurge) {
  service_.database().write([&](sql::Connection& connection) {
    const std::vector<queue::NewItem> items(2500, {.lane = "test", .kind = "many"});
    queue::enqueue_all(connection, items, service_.clock().now_ms());
  });

  EXPECT_EQ(admin("POST", "/admin/queue/test/purge", R"({"status":"ready"})").json,
            Json::parse(R"({"matched":2500,"deleted":2500})"));
}

TEST_F(QueueAdmin, RefusesWhatItCannotRead) {
  for (const auto* query : {"status=old", "limit=0", "limit=1001", "before=x", "kind=%00"})
    EXPECT_EQ(admin("GET", std::string("/admin/queue/jobs/items?") + query).status, 422) << query;
  EXPECT_EQ(admin("GET", "/admin/queue/history?days=0").status, 422);
  EXPECT_EQ(admin("GET", "/admin/queue/history?days=91").status, 422);
  EXPECT_EQ(admin("POST", "/admin/queue/%0a/pause").status, 422);
  EXPECT_EQ(admin("POST", "/admin/queue/jobs/purge", R"({"status":"leased"})").status, 422);
  EXPECT_EQ(admin("POST", "/admin/queue/jobs/purge", "{}").status, 422);
  EXPECT_EQ(admin("GET", "/admin/dead-letters?search=%1b").status, 422);
  EXPECT_EQ(admin("GET", "/admin/dead-letters/x").status, 422);
  EXPECT_EQ(admin("POST", "/admin/dead-letters/purge", R"({"older_than_seconds":-1})").status, 422);
  const std::string lane = ".lane: must be 1 to 200 bytes of text without control characters";
  EXPECT_EQ(summary(admin("POST", "/admin/dead-letters/purge", R"({"lane":""})")),
            "422 body" + lane);
  EXPECT_EQ(summary(admin("GET", "/admin/dead-letters?lane=")), "422 query" + lane);
  EXPECT_EQ(summary(admin("POST", "/admin/queue/%00/pause")), "422 path" + lane);
}

TEST_F(QueueAdmin, IsForAdministrators) {
  for (const auto* target : {"/admin/queue",
                             "/admin/queue/history",
                             "/admin/queue/test/items",
                             "/admin/dead-letters",
                             "/admin/workers"}) {
    EXPECT_EQ(open("GET", target).status, 401) << target;
    EXPECT_EQ(user("GET", target).status, 403) << target;
  }
  EXPECT_EQ(user("POST", "/admin/queue/test/pause").status, 403);
}

}  // namespace
}  // namespace bot::routes
