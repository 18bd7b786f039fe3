#include <nlohmann/json.hpp>

#include "server/queue/queue.hpp"
#include "tests/contract/engines.hpp"

namespace bot::queue {
namespace {

constexpr Millis lease{30'000};

class QueueContract : public store::OnEachEngine {
 protected:
  std::int64_t add(const NewItem& item) {
    return *write([&](sql::Connection& connection) { return enqueue(connection, item, now()); });
  }
  std::vector<Item> take(std::size_t n, const std::string& owner = "w1") {
    return write([&](sql::Connection& connection) {
      return claim(connection, {"lane", owner, lease}, n, now());
    });
  }
  Item item(std::int64_t id) {
    return *read([&](sql::Connection& connection) { return find(connection, id); });
  }
  static NewItem work(const std::string& kind) { return {.lane = "lane", .kind = kind}; }
  static std::string kinds(const std::vector<Item>& items) {
    std::string all;
    for (const auto& each : items)
      all += each.kind;
    return all;
  }
};

TEST_P(QueueContract, GivesItemsInTheirOrderAndEachOnce) {
  for (const char* kind : {"a", "b", "c"})
    add(work(kind));
  add({.lane = "other", .kind = "x"});

  EXPECT_EQ(kinds(take(2)), "ab");
  EXPECT_EQ(kinds(take(2)), "c");
  EXPECT_EQ(kinds(take(2)), "");
}

TEST_P(QueueContract, PrefersTheHigherPriority) {
  for (const auto& [kind, priority] :
       {std::pair("low", 0), std::pair("high", 2), std::pair("normal", 1), std::pair("HIGH", 2)})
    add({.lane = "lane", .kind = kind, .priority = priority});

  EXPECT_EQ(kinds(take(3)), "highHIGHnormal");
}

TEST_P(QueueContract, GivesNoKeyMoreThanItsShareAndPassesOverTheRest) {
  for (const auto& [kind, key] :
       {std::pair("a", "x"), std::pair("b", "x"), std::pair("c", "x"), std::pair("d", "y")})
    add({.lane = "lane", .kind = kind, .fair_key = key});
  add({.lane = "lane", .kind = "low", .priority = -1});
  Shares shares(2);
  const auto take_shares = [&] {
    return write([&](sql::Connection& connection) {
      return claim(connection, {"lane", "w1", lease}, 4, now(), shares);
    });
  };
  const auto next = [&] {
    return read(
        [&](sql::Connection& connection) { return next_run_at(connection, "lane", shares); });
  };

  const auto first = take_shares();
  EXPECT_EQ(kinds(first), "abdlow");
  EXPECT_EQ(first[0].fair_key, "x");
  EXPECT_EQ(next(), std::nullopt) << "nothing can be taken that is ready";
  EXPECT_EQ(kinds(take_shares()), "");
  shares.give_back("x");
  EXPECT_EQ(next(), now());
  const auto second = take_shares();
  EXPECT_EQ(kinds(second), "c");
  EXPECT_EQ(second[0].attempts, 1);
}

TEST_P(QueueContract, KeepsAnItemUntilItsTimeHasCome) {
  add({.lane = "lane", .kind = "later", .priority = 9, .run_at = now() + 1000});
  add(work("now"));

  EXPECT_EQ(kinds(take(5)), "now");
  EXPECT_EQ(read([](sql::Connection& connection) { return next_run_at(connection, "lane"); }),
            now() + 1000);
  clock_.advance(Millis(1000));
  EXPECT_EQ(kinds(take(5)), "later");
  EXPECT_EQ(read([](sql::Connection& connection) { return next_run_at(connection, "lane"); }),
            std::nullopt);
}

TEST_P(QueueContract, AnItemIsThereOnlyIfItsTransactionWas) {
  EXPECT_THROW(write([&](sql::Connection& connection) {
                 enqueue(connection, work("a"), now());
                 throw std::runtime_error("undone");
               }),
               std::runtime_error);

  EXPECT_TRUE(take(1).empty());
}

TEST_P(QueueContract, HoldsAUniqueKeyUntilTheItemIsFinished) {
  auto keyed = work("a");
  keyed.unique_key = "launch 7";
  const auto add_again = [&] {
    return write([&](sql::Connection& connection) { return enqueue(connection, keyed, now()); });
  };

  const auto first = add_again();
  EXPECT_EQ(add_again(), std::nullopt);
  const auto leased = take(1);
  EXPECT_EQ(add_again(), std::nullopt);
  write([&](sql::Connection& connection) {
    EXPECT_TRUE(complete(connection, *first, leased[0].fence, now()));
  });

  EXPECT_TRUE(add_again().has_value());
}

TEST_P(QueueContract, CompletesForTheHolderOnly) {
  const auto id = add(work("a"));
  const auto first = take(1)[0];
  clock_.advance(lease);
  write([&](sql::Connection& connection) { return_expired(connection, now()); });
  const auto second = take(1, "w2")[0];

  write([&](sql::Connection& connection) {
    EXPECT_FALSE(complete(connection, id, first.fence, now()));
    EXPECT_FALSE(retry_at(connection, id, first.fence, now(), "late", now()));
    EXPECT_FALSE(bury(connection, id, first.fence, "late", now()));
    EXPECT_FALSE(snooze(connection, id, first.fence, now()));
    EXPECT_FALSE(extend(connection, id, first.fence, now()));
    EXPECT_TRUE(complete(connection, id, second.fence, now()));
    EXPECT_FALSE(complete(connection, id, second.fence, now()));
  });

  EXPECT_GT(second.fence, first.fence);
  EXPECT_EQ(item(id).status, ItemStatus::done);
  EXPECT_EQ(item(id).finished_at, now());
}

TEST_P(QueueContract, ReturnsAnExpiredLeaseWithoutSpendingTheAttempt) {
  const auto id = add(work("a"));
  take(1);

  clock_.advance(lease - Millis(1));
  EXPECT_TRUE(write([&](sql::Connection& connection) {
                return return_expired(connection, now());
              }).empty());
  clock_.advance(Millis(1));
  EXPECT_EQ(write([&](sql::Connection& connection) { return return_expired(connection, now()); }),
            std::vector<std::string>{"lane"});

  const auto again = take(1, "w2");
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].attempts, 1);
  EXPECT_NE(item(id).history.find("lost"), std::string::npos);
}

TEST_P(QueueContract, KeepsAnExtendedLease) {
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

TEST_P(QueueContract, BuriesAnItemThatTakesItsWorkersWithIt) {
  const auto id = add(work("poison"));

  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(take(1).size(), 1u) << i;
    clock_.advance(lease);
    write([&](sql::Connection& connection) { return_expired(connection, now()); });
  }

  EXPECT_EQ(item(id).status, ItemStatus::dead);
  EXPECT_EQ(item(id).last_error, "its worker was lost five times");
}

TEST_P(QueueContract, ReturnsWhatAnOwnerHeldBeforeItsRestart) {
  add(work("a"));
  add(work("b"));
  take(1, "w1");
  take(1, "w2");

  const auto returned =
      write([&](sql::Connection& connection) { return return_leases_of(connection, "w1", now()); });

  EXPECT_EQ(returned, 1u);
  EXPECT_EQ(kinds(take(5, "w1")), "a");
}

TEST_P(QueueContract, RetriesAtTheStoredTimeUntilNoAttemptIsLeft) {
  auto twice = work("a");
  twice.max_attempts = 2;
  const auto id = add(twice);

  const auto first = take(1)[0];
  write([&](sql::Connection& connection) {
    EXPECT_TRUE(retry_at(connection, id, first.fence, now() + 1000, "timed out", now()));
  });
  EXPECT_TRUE(take(1).empty());
  EXPECT_EQ(item(id).last_error, "timed out");
  clock_.advance(Millis(1000));
  const auto second = take(1)[0];
  write([&](sql::Connection& connection) {
    EXPECT_TRUE(retry_at(connection, id, second.fence, now() + 2000, "refused", now()));
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

TEST_P(QueueContract, SnoozesWithoutSpendingAnAttempt) {
  const auto id = add(work("a"));
  const auto held = take(1)[0];
  write([&](sql::Connection& connection) {
    EXPECT_TRUE(snooze(connection, id, held.fence, now() + 5000));
  });

  EXPECT_TRUE(take(1).empty());
  clock_.advance(Millis(5000));

  EXPECT_EQ(take(1)[0].attempts, 1);
}

TEST_P(QueueContract, ListsRevivesAndPurgesTheDead) {
  std::vector<std::int64_t> ids;
  for (const char* kind : {"a", "b", "c"}) {
    auto keyed = work(kind);
    keyed.unique_key = kind;
    ids.push_back(add(keyed));
  }
  for (const auto& held : take(3)) {
    write([&](sql::Connection& connection) {
      EXPECT_TRUE(bury(connection, held.id, held.fence, "never valid", now()));
    });
  }

  write([&](sql::Connection& connection) {
    EXPECT_EQ(kinds(dead(connection, "lane", 2)), "cb");
    EXPECT_EQ(kinds(dead(connection, "", 5, 1)), "ba");
    EXPECT_TRUE(dead(connection, "other", 5).empty());

    EXPECT_TRUE(revive(connection, ids[0], now()));
    EXPECT_FALSE(revive(connection, ids[0], now()));
    auto again = work("b");
    again.unique_key = "b";
    EXPECT_TRUE(enqueue(connection, again, now()).has_value());
    EXPECT_FALSE(revive(connection, ids[1], now()));
  });
  EXPECT_EQ(item(ids[0]).attempts, 0);
  EXPECT_EQ(kinds(take(1)), "a");

  write([&](sql::Connection& connection) {
    EXPECT_EQ(purge_dead(connection, "lane", now()), 0u);
    EXPECT_EQ(purge_dead(connection, "lane", now(), 1), 1u);
    EXPECT_EQ(purge_dead(connection, "lane", now() + 1), 1u);
  });
}

TEST_P(QueueContract, CancelsWhatNobodyHolds) {
  const auto held = add(work("held"));
  take(1);
  const auto waiting = add(work("waiting"));

  write([&](sql::Connection& connection) {
    EXPECT_FALSE(cancel(connection, held, "cancelled", now()));
    EXPECT_TRUE(cancel(connection, waiting, "cancelled", now()));
  });

  EXPECT_EQ(item(waiting).status, ItemStatus::dead);
  EXPECT_TRUE(take(1).empty());
}

TEST_P(QueueContract, PurgesDoneItemsByAge) {
  const auto id = add(work("a"));
  const auto held = take(1)[0];
  write([&](sql::Connection& connection) { complete(connection, id, held.fence, now()); });

  write([&](sql::Connection& connection) {
    EXPECT_EQ(purge_done(connection, now()), 0u);
    EXPECT_EQ(purge_done(connection, now() + 1), 1u);
  });
}

TEST_P(QueueContract, CountsEachLane) {
  add(work("a"));
  add(work("b"));
  add({.lane = "lane", .kind = "later", .run_at = now() + 1});
  add({.lane = "other", .kind = "x"});
  take(1);

  const auto lanes = read([&](sql::Connection& connection) { return counts(connection, now()); });

  ASSERT_EQ(lanes.size(), 2u);
  EXPECT_EQ(lanes[0].lane, "lane");
  EXPECT_EQ(lanes[0].ready, 1);
  EXPECT_EQ(lanes[0].scheduled, 1);
  EXPECT_EQ(lanes[0].leased, 1);
  EXPECT_EQ(lanes[0].dead, 0);
  EXPECT_EQ(lanes[0].oldest_ready_at, now());
  EXPECT_EQ(lanes[1].lane, "other");
}

INSTANTIATE_TEST_SUITE_P(Queue,
                         QueueContract,
                         testing::ValuesIn(store::engines()),
                         store::name_of_case);

}  // namespace
}  // namespace bot::queue
