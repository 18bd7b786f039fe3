// What is put into the queue, and in which order it is given out.
#include <algorithm>
#include <random>
#include <set>
#include <tuple>

#include "tests/contract/queue_case.hpp"

namespace bot::queue {
namespace {

class QueueContract : public QueueCase {};

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

TEST_P(QueueContract, GivesByPriorityThenTimeThenAgeWhateverTheyAre) {
  std::mt19937 random(7);
  const auto upto = [&](int n) { return static_cast<std::int64_t>(random() % (n + 1)); };
  for (int round = 0; round < 5; ++round) {
    std::vector<std::tuple<std::int64_t, UnixMillis, std::int64_t>> wanted;
    for (int i = 0; i < 60; ++i) {
      const auto priority = upto(4) - 2;
      const auto run_at = now() - upto(3);
      const auto id = add({.lane = "lane", .kind = "k", .priority = priority, .run_at = run_at});
      wanted.emplace_back(-priority, run_at, id);
    }
    std::sort(wanted.begin(), wanted.end());
    std::vector<std::tuple<std::int64_t, UnixMillis, std::int64_t>> given;
    for (std::size_t n = 1; given.size() < wanted.size(); n = 1 + upto(8)) {
      const auto some = take(n);
      ASSERT_EQ(some.size(), std::min(n, wanted.size() - given.size()));
      for (const auto& held : some) {
        given.emplace_back(-held.priority, held.run_at, held.id);
        EXPECT_EQ(held.attempts, 1);
        EXPECT_EQ(held.lease_until, now() + lease.count());
      }
    }
    EXPECT_EQ(given, wanted) << "round " << round;
  }
}

TEST_P(QueueContract, EnqueuesManyInTheirOrderAndSaysWhichKeyWasTaken) {
  std::vector<NewItem> items(1200, work("k"));
  items[3].unique_key = "one";
  items[700].unique_key = "one";
  items[5].time_limit = Millis{1500};

  const auto ids =
      write([&](sql::Connection& connection) { return enqueue_all(connection, items, now()); });

  ASSERT_EQ(ids.size(), items.size());
  EXPECT_EQ(ids[700], std::nullopt);
  std::set<std::int64_t> different;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i != 700) different.insert(ids[i].value());
  }
  EXPECT_EQ(different.size(), 1199u);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.begin() + 700));
  EXPECT_EQ(item(*ids[5]).time_limit, Millis{1500});
  EXPECT_EQ(item(*ids[6]).time_limit, std::nullopt);
  EXPECT_TRUE(write([&](sql::Connection& connection) {
                return enqueue_all(connection, {}, now());
              }).empty());
}

TEST_P(QueueContract, StampsTheAttemptsThatTheClaimantAllows) {
  const auto id = add(work("a"));

  const auto held = write([&](sql::Connection& connection) {
    return claim(connection, {"lane", "w1", lease, 2}, 1, now());
  });

  EXPECT_EQ(held.at(0).max_attempts, 2);
  EXPECT_EQ(item(id).max_attempts, 2);
}

TEST_P(QueueContract, RemembersWhenAnItemWasFirstBegun) {
  const auto id = add(work("a"));
  EXPECT_EQ(item(id).started_at, std::nullopt);
  const auto first = now();
  retry(take(1)[0], "timed out");
  clock_.advance(Millis{500});

  const auto again = take(1)[0];

  EXPECT_EQ(again.started_at, first);
  kill(again, "hopeless");
  bring_back(id);
  EXPECT_EQ(item(id).started_at, std::nullopt);
  EXPECT_EQ(take(1)[0].started_at, now());
}

TEST_P(QueueContract, AClockThatStepsBackDelaysNothingForLongerThanTheStep) {
  const auto id = add(work("a"));
  clock_.step(Millis{-5000});
  EXPECT_TRUE(take(1).empty());
  EXPECT_EQ(next(), now() + 5000);

  clock_.advance(Millis{5000});
  EXPECT_EQ(take(1).at(0).id, id);
  clock_.step(Millis{-3'600'000});

  EXPECT_TRUE(expire().empty()) << "the lease ends later, not at once";
  EXPECT_EQ(item(id).status, ItemStatus::leased);
}

TEST_P(QueueContract, AClockThatStepsForwardGivesALeaseToAnotherAndTheFirstVerdictIsLost) {
  const auto id = add(work("a"));
  const auto first = take(1)[0];
  clock_.step(Millis{3'600'000});

  expire();
  const auto second = take(1, "w2");

  ASSERT_EQ(second.size(), 1u);
  EXPECT_FALSE(finish(first));
  EXPECT_TRUE(finish(second[0]));
  EXPECT_EQ(item(id).attempts, 2);
}

INSTANTIATE_TEST_SUITE_P(Queue,
                         QueueContract,
                         testing::ValuesIn(store::engines()),
                         store::name_of_case);

}  // namespace
}  // namespace bot::queue
