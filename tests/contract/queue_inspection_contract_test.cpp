// What people see of the queue, what they delete, and what is remembered of that.
#include <functional>
#include <thread>

#include "tests/contract/queue_case.hpp"

namespace bot::queue {
namespace {

constexpr Millis day{86'400'000};

class QueueInspection : public QueueCase {
 protected:
  std::string listed(const ItemFilter& filter, std::int64_t limit = 100) {
    return kinds(
        read([&](sql::Connection& connection) { return list(connection, filter, limit); }));
  }
  std::int64_t counted(const ItemFilter& filter) {
    return read([&](sql::Connection& connection) { return count(connection, filter); });
  }
  std::size_t purged(const ItemFilter& filter, std::int64_t limit = 100) {
    return write([&](sql::Connection& connection) {
      return purge(connection, filter, limit, now(), listeners_);
    });
  }
  std::vector<LaneDay> days(std::int64_t n = 30) {
    return read([&](sql::Connection& connection) { return history(connection, n, now()); });
  }
  std::int64_t today() const { return now() / day.count(); }
  // One of each end, in its lane.
  void finish_three(const std::string& lane) {
    const auto begin = [&] {
      add({.lane = lane, .kind = "k"});
      return write([&](sql::Connection& connection) {
               return claim(connection, {lane, "w1", lease}, 1, now());
             })
          .at(0);
    };
    finish(begin());
    kill(begin(), "hopeless");
    const auto held = begin();
    ask_cancel(held.id);
    retry(held, "stopped");
  }
};

TEST_P(QueueInspection, ListsTheNewestFirstAndGoesOnBeforeAnId) {
  std::vector<std::int64_t> ids;
  for (const char* kind : {"a", "b", "c", "d"})
    ids.push_back(add(work(kind)));
  add({.lane = "other", .kind = "x"});

  EXPECT_EQ(listed({}), "xdcba");
  EXPECT_EQ(listed({.lane = "lane"}, 2), "dc");
  EXPECT_EQ(listed({.lane = "lane", .before_id = ids[2]}), "ba");
}

TEST_P(QueueInspection, FiltersByStatusKindAndWhatIsWrittenInIt) {
  add({.lane = "lane", .kind = "mail", .payload = R"({"to":"Ann_100%@x"})"});
  kill(take(1).at(0), "Connection refused by 10.0.0.1");
  add({.lane = "lane", .kind = "call", .payload = R"({"to":"annx100yy"})", .unique_key = "Key-7"});
  take(1);
  add(work("later"));

  EXPECT_EQ(listed({.status = ItemStatus::dead}), "mail");
  EXPECT_EQ(listed({.lane = "lane", .status = ItemStatus::leased}), "call");
  EXPECT_EQ(listed({.status = ItemStatus::done}), "");
  EXPECT_EQ(listed({.kind = "later"}), "later");
  EXPECT_EQ(listed({.search = "ann"}), "callmail");
  EXPECT_EQ(listed({.search = "ann_100%"}), "mail") << "nothing stands for anything else";
  EXPECT_EQ(listed({.search = "connection REFUSED"}), "mail");
  EXPECT_EQ(listed({.search = "key-7"}), "call");
  EXPECT_EQ(listed({.search = R"(\)"}), "");
  EXPECT_EQ(listed({.search = ""}), "latercallmail");
  EXPECT_EQ(counted({.lane = "lane"}), 3);
  EXPECT_EQ(counted({.search = "ann"}), 2);
  EXPECT_EQ(counted({.finished_before = now()}), 0);
  EXPECT_EQ(counted({.finished_before = now() + 1}), 1);
  const auto letters =
      read([](sql::Connection& connection) { return dead(connection, {.lane = "lane"}, 9); });
  EXPECT_EQ(kinds(letters), "mail");
}

TEST_P(QueueInspection, PurgesWhatTheFilterNamesButNothingThatIsHeld) {
  add(work("a"));
  take(1);
  add(work("b"));
  add(work("c"));
  add({.lane = "other", .kind = "d"});

  EXPECT_EQ(purged({.lane = "lane", .status = ItemStatus::leased}), 0u);
  EXPECT_EQ(purged({.lane = "lane", .status = ItemStatus::ready}, 1), 1u);
  EXPECT_EQ(listed({.status = ItemStatus::ready}), "dc");
  EXPECT_EQ(listed({.status = ItemStatus::done}), "b") << "cancelled";
  EXPECT_EQ(purged({.lane = "lane", .status = ItemStatus::done}), 1u);
  EXPECT_EQ(listed({}), "dca");
  EXPECT_EQ(purged({.lane = "lane"}), 1u);
  EXPECT_EQ(listed({.lane = "lane", .status = ItemStatus::leased}), "a");
  EXPECT_EQ(days(), (std::vector<LaneDay>{{.lane = "lane", .day = today(), .cancelled = 2}}));
}

TEST_P(QueueInspection, WhoListensIsToldOfWhatAPurgeOrARemovalEnds) {
  std::vector<std::string> told;
  listeners_.on("lane", [&](sql::Connection& connection, const Transition& change) {
    if (change.change == Change::deleted) {
      EXPECT_TRUE(find(connection, change.item.id).has_value()) << "for the last time";
      told.push_back("deleted " + change.item.kind);
    }
    if (change.change == Change::cancelled)
      told.push_back("cancelled " + change.item.kind + ": " + change.reason);
  });
  add(work("dead"));
  kill(take(1).at(0), "hopeless");
  const auto removed = add(work("removed"));
  finish(take(1).at(0));
  add(work("waits"));

  purged({.lane = "lane", .status = ItemStatus::ready});
  purged({.lane = "lane", .status = ItemStatus::dead});
  write([&](sql::Connection& connection) { EXPECT_TRUE(remove(connection, removed, listeners_)); });

  EXPECT_EQ(told,
            (std::vector<std::string>{
                "cancelled waits: it was purged", "deleted dead", "deleted removed"}));
  EXPECT_EQ(listed({}), "waits");
}

// Whoever deletes waits for the row that is being revived, where the engine lets both write.
TEST_P(QueueInspection, WhatIsRevivedMeanwhileIsNotDeleted) {
  const auto survives = [&](std::int64_t id, const std::function<void(sql::Connection&)>& erase) {
    std::thread eraser;
    write([&](sql::Connection& connection) {
      ASSERT_TRUE(revive(connection, id, now()));
      if (connection.dialect().name != "postgresql") return;
      eraser = std::thread([&] { write(erase); });
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
      while (std::chrono::steady_clock::now() < deadline &&
             connection.query("SELECT 1 FROM pg_locks WHERE NOT granted").empty())
        std::this_thread::yield();
    });
    if (eraser.joinable()) {
      eraser.join();
    } else {
      write(erase);
    }
    return read([&](sql::Connection& connection) { return find(connection, id).has_value(); });
  };
  const auto buried = [&] {
    const auto id = add(work("a"));
    kill(take(1).at(0), "hopeless");
    return id;
  };
  EXPECT_TRUE(survives(buried(),
                       [](sql::Connection& connection) { purge_dead(connection, "lane", 0, 0); }));
  take(1);
  EXPECT_TRUE(survives(buried(), [&](sql::Connection& connection) {
    purge(connection, {.status = ItemStatus::dead}, 10, now());
  }));
  take(1);
  const auto revived = buried();
  EXPECT_TRUE(survives(revived, [&](sql::Connection& connection) { remove(connection, revived); }));
  take(1);
  const auto cancelled = add(work("a"));
  ask_cancel(cancelled);
  EXPECT_TRUE(
      survives(cancelled, [&](sql::Connection& connection) { purge_done(connection, now() + 1); }));
}

TEST_P(QueueInspection, RemovesOneFinishedItem) {
  const auto id = add(work("a"));
  const auto remove_it = [&] {
    return write([&](sql::Connection& connection) { return remove(connection, id); });
  };

  EXPECT_FALSE(remove_it());
  const auto held = take(1).at(0);
  EXPECT_FALSE(remove_it());
  kill(held, "hopeless");
  EXPECT_TRUE(remove_it());
  EXPECT_FALSE(remove_it());
  EXPECT_EQ(listed({}), "");
}

TEST_P(QueueInspection, PurgesFinishedItemsByAge) {
  finish_three("lane");

  write([&](sql::Connection& connection) {
    EXPECT_EQ(purge_done(connection, now()), 0u);
    EXPECT_EQ(purge_done(connection, now() + 1, 1), 1u);
    EXPECT_EQ(purge_done(connection, now() + 1), 1u) << "what was cancelled, too";
    EXPECT_EQ(purge_done(connection, now() + 1), 0u);
  });
  EXPECT_EQ(counted({.status = ItemStatus::dead}), 1);
}

TEST_P(QueueInspection, KeepsTheNewestDeadLetters) {
  for (const char* kind : {"a", "b", "c"}) {
    add(work(kind));
    kill(take(1).at(0), "hopeless");
  }

  write([&](sql::Connection& connection) {
    EXPECT_EQ(purge_dead(connection, "lane", now()), 0u);
    EXPECT_EQ(purge_dead(connection, "other", now() + 1), 0u);
    EXPECT_EQ(purge_dead(connection, "lane", now(), 1), 2u);
  });
  EXPECT_EQ(listed({}), "c");
  EXPECT_EQ(days(), (std::vector<LaneDay>{{.lane = "lane", .day = today(), .dead = 3}}));
}

TEST_P(QueueInspection, HistoryIsTheSameBeforeAndAfterThePurge) {
  finish_three("lane");
  finish_three("other");
  clock_.advance(day);
  finish_three("lane");
  finish_three("lane");
  const auto before = days();
  EXPECT_EQ(before,
            (std::vector<LaneDay>{{"lane", today(), 2, 2, 2},
                                  {"lane", today() - 1, 1, 1, 1},
                                  {"other", today() - 1, 1, 1, 1}}));
  EXPECT_EQ(days(1).size(), 1u);

  write([&](sql::Connection& connection) { purge_done(connection, now() + 1, 3); });
  EXPECT_EQ(days(), before);
  write([&](sql::Connection& connection) {
    purge_done(connection, now() + 1);
    purge_dead(connection, "lane", now(), 1);
  });
  EXPECT_EQ(days(), before);
  purged({.lane = "lane", .status = ItemStatus::dead});
  write([&](sql::Connection& connection) { purge_dead(connection, "other", now() + 1); });

  EXPECT_EQ(listed({}), "");
  EXPECT_EQ(days(), before);
}

INSTANTIATE_TEST_SUITE_P(Queue,
                         QueueInspection,
                         testing::ValuesIn(store::engines()),
                         store::name_of_case);

}  // namespace
}  // namespace bot::queue
