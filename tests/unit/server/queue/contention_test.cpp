// Two servers' looks at one lane, on the PostgreSQL that tests/with_engines started.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/clock.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/queue/queue.hpp"
#include "server/store/database.hpp"
#include "tests/fakes/base/soon.hpp"
#include "tests/fakes/drivers/postgres_schema.hpp"

namespace bot::queue {
namespace {

TEST(Contention, AWakeIsNotKeptWaitingForItemsThatOthersHold) {
  const SystemClock clock;
  const sql::PostgresSchema schema;
  store::Database database({.url = schema.url(), .most_sessions = 4}, clock);
  const auto add = [&] {
    database.write([&](sql::Connection& connection) {
      NewItem item;
      item.lane = "lane";
      item.kind = "kind";
      item.payload = "{}";
      enqueue(connection, item, clock.now_ms());
    });
  };
  add();
  sql::PostgresConnection other({.url = schema.url()});
  other.query("BEGIN");
  other.query("SELECT id FROM queue_items FOR UPDATE", {});
  std::atomic<int> handled{0};
  Dispatcher dispatcher(
      database, clock, {.owner = "test", .contention_pause = std::chrono::hours{1}});
  dispatcher.handle("lane", 1, [&](const Item&) {
    ++handled;
    return Outcome::done();
  });
  dispatcher.start();
  // The first look finds an item that is due and not to be had.
  ASSERT_TRUE(soon([&] { return database.statistics().commits >= 3; }));

  add();
  dispatcher.wake("lane");

  EXPECT_TRUE(soon([&] { return handled == 1; }));
  other.query("ROLLBACK");
  dispatcher.wake("lane");
  EXPECT_TRUE(soon([&] { return handled == 2; }));
}

}  // namespace
}  // namespace bot::queue
