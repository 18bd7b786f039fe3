// Who holds an item, for how long, and what becomes of it afterwards.
#include <nlohmann/json.hpp>

#include <thread>

#include "tests/contract/queue_case.hpp"

namespace bot::queue {
namespace {

class QueueLeases : public QueueCase {
 protected:
  std::string events(std::int64_t id) {
    std::string all;
    for (const auto& event : nlohmann::json::parse(item(id).history))
      all += event["event"].get<std::string>() + ":" + event["error"].get<std::string>() + ";";
    return all;
  }
};

TEST_P(QueueLeases, CompletesForTheHolderOnly) {
  const auto id = add(work("a"));
  const auto first = take(1)[0];
  clock_.advance(lease);
  write([&](sql::Connection& connection) { return_expired(connection, now()); });
  const auto second = take(1, "w2")[0];

  write([&](sql::Connection& connection) {
    EXPECT_FALSE(complete(connection, id, first.fence, now()));
    EXPECT_FALSE(retry_at(connection, id, first.fence, {.run_at = now(), .error = "late"}, now()));
    EXPECT_FALSE(bury(connection, id, first.fence, "late", now()));
    EXPECT_FALSE(snooze(connection, id, first.fence, now(), now()));
    EXPECT_FALSE(extend(connection, id, first.fence, now()));
    EXPECT_TRUE(complete(connection, id, second.fence, now()));
    EXPECT_FALSE(complete(connection, id, second.fence, now()));
  });

  EXPECT_GT(second.fence, first.fence);
  EXPECT_EQ(item(id).status, ItemStatus::done);
  EXPECT_EQ(item(id).finished_at, now());
}

TEST_P(QueueLeases, KeepsAnExtendedLease) {
  const auto id = add(work("a"));
  const auto held = take(1)[0];
  write([&](sql::Connection& connection) {
    EXPECT_TRUE(extend(connection, id, held.fence, now() + 2 * lease.count()));
  });

  clock_.advance(lease);

  EXPECT_TRUE(write([&](sql::Connection& connection) {
                return return_expired(connection, now());
              }).empty());
}

TEST_P(QueueLeases, RetriesAtTheStoredTimeUntilNoAttemptIsLeft) {
  auto twice = work("a");
  twice.max_attempts = 2;
  const auto id = add(twice);

  const auto first = take(1)[0];
  write([&](sql::Connection& connection) {
    EXPECT_TRUE(retry_at(
        connection, id, first.fence, {.run_at = now() + 1000, .error = "timed out"}, now()));
  });
  EXPECT_TRUE(take(1).empty());
  EXPECT_EQ(item(id).last_error, "timed out");
  clock_.advance(Millis(1000));
  const auto second = take(1)[0];
  write([&](sql::Connection& connection) {
    EXPECT_TRUE(retry_at(
        connection, id, second.fence, {.run_at = now() + 2000, .error = "refused"}, now()));
  });

  const auto dead_item = item(id);
  EXPECT_EQ(dead_item.status, ItemStatus::dead);
  EXPECT_EQ(dead_item.attempts, 2);
  EXPECT_EQ(dead_item.last_error, "refused");
  const auto history = nlohmann::json::parse(dead_item.history);
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[0]["event"], "retry");
  EXPECT_EQ(history[0]["error"], "timed out");
  EXPECT_EQ(history[1]["event"], "dead");
  EXPECT_EQ(history[1]["attempt"], 2);
}

TEST_P(QueueLeases, SnoozesWithoutSpendingAnAttempt) {
  const auto id = add(work("a"));
  const auto held = take(1)[0];
  write([&](sql::Connection& connection) {
    EXPECT_TRUE(snooze(connection, id, held.fence, now() + 5000, now()));
  });

  EXPECT_TRUE(take(1).empty());
  clock_.advance(Millis(5000));

  EXPECT_EQ(take(1)[0].attempts, 1);
}

TEST_P(QueueLeases, ALostLeaseSpendsTheAttempt) {
  const auto id = add(work("a"));
  take(1);

  clock_.advance(lease - Millis(1));
  EXPECT_TRUE(expire().empty());
  clock_.advance(Millis(1));
  EXPECT_EQ(expire(), std::vector<std::string>{"lane"});

  const auto again = take(1, "w2");
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].attempts, 2);
  EXPECT_EQ(events(id), "lost:worker w1 was lost;");
}

TEST_P(QueueLeases, BuriesAnItemThatTakesItsWorkersWithIt) {
  auto poison = work("poison");
  poison.max_attempts = 3;
  const auto id = add(poison);

  for (const std::string worker : {"w1", "w2", "w3"}) {
    ASSERT_EQ(take(1, worker).size(), 1u) << worker;
    clock_.advance(lease);
    expire();
  }

  EXPECT_TRUE(take(1).empty());
  EXPECT_EQ(item(id).status, ItemStatus::dead);
  EXPECT_EQ(item(id).last_error, "its worker was lost during the last attempt");
  EXPECT_EQ(events(id),
            "lost:worker w1 was lost;lost:worker w2 was lost;dead:its worker was lost during the "
            "last attempt;");
}

TEST_P(QueueLeases, AnOwnerThatComesBackWithoutHavingGivenBackHasSpentTheAttempts) {
  add(work("a"));
  add(work("b"));
  take(1, "w1");
  take(1, "w2");

  const auto returned =
      write([&](sql::Connection& connection) { return return_leases_of(connection, "w1", now()); });

  EXPECT_EQ(returned, 1u);
  const auto again = take(5, "w1");
  EXPECT_EQ(kinds(again), "a");
  EXPECT_EQ(again[0].attempts, 2);
}

TEST_P(QueueLeases, WhatWasClaimedUnknowinglyGoesBackWithoutHavingSpentAnAttempt) {
  const auto known = add(work("a"));
  const auto unknown = add(work("b"));
  take(2);

  write([&](sql::Connection& connection) {
    return_unknown(connection, "lane", "w1", {known}, now());
  });

  EXPECT_EQ(item(known).status, ItemStatus::leased);
  EXPECT_EQ(item(unknown).status, ItemStatus::ready);
  EXPECT_EQ(item(unknown).attempts, 0);
}

TEST_P(QueueLeases, TwoThatReturnLeasesAtOnceReturnEachOnce) {
  std::vector<NewItem> items(40, work("k"));
  write([&](sql::Connection& connection) { enqueue_all(connection, items, now()); });
  const auto held = take(40);
  ASSERT_EQ(held.size(), 40u);
  clock_.advance(lease);
  const auto reap = [&] {
    while (item(held.back().id).status == ItemStatus::leased)
      expire();
  };
  std::thread other(reap);
  reap();
  other.join();

  for (const auto& each : held) {
    EXPECT_EQ(item(each.id).status, ItemStatus::ready);
    EXPECT_EQ(item(each.id).attempts, 1);
    EXPECT_EQ(events(each.id), "lost:worker w1 was lost;") << each.id;
  }
}

INSTANTIATE_TEST_SUITE_P(Queue,
                         QueueLeases,
                         testing::ValuesIn(store::engines()),
                         store::name_of_case);

}  // namespace
}  // namespace bot::queue
