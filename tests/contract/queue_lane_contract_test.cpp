// Lanes as a whole: paused, counted, and told of.
#include <array>
#include <stdexcept>

#include "tests/contract/queue_case.hpp"

namespace bot::queue {
namespace {

class QueueLanes : public QueueCase {
 protected:
  bool pause_it(const std::string& by = "Ann") {
    return write([&](sql::Connection& connection) { return pause(connection, "lane", by, now()); });
  }
  bool resume_it() {
    return write([](sql::Connection& connection) { return resume(connection, "lane"); });
  }
  std::vector<LaneCounts> all_counts() {
    return read([&](sql::Connection& connection) { return counts(connection, now()); });
  }
  // Notes what is told as "change from>to kind reason".
  void listen() {
    listeners_.on("lane", [this](sql::Connection& connection, const Transition& told) {
      constexpr std::array<std::string_view, 9> names = {"claimed",
                                                         "done",
                                                         "cancelled",
                                                         "retried",
                                                         "snoozed",
                                                         "lost",
                                                         "buried",
                                                         "revived",
                                                         "withdrawn"};
      auto line = std::string(names.at(static_cast<std::size_t>(told.change))) + " " +
                  std::string(to_string(told.from)) + ">" +
                  std::string(to_string(told.item.status)) + " " + told.item.kind;
      if (!told.reason.empty()) line += " " + told.reason;
      connection.query("INSERT INTO settings (key, value) VALUES ($1, $2)",
                       {std::to_string(1000 + ++told_), line});
    });
  }
  // What the listeners have written, and it is stored; forgotten then.
  std::vector<std::string> told() {
    return write([](sql::Connection& connection) {
      const auto rows = connection.query(
          "SELECT value FROM settings WHERE key >= '1000' AND key < '2000' ORDER BY key");
      connection.query("DELETE FROM settings WHERE key >= '1000' AND key < '2000'");
      std::vector<std::string> lines;
      for (const sql::Row row : rows)
        lines.push_back(row.text("value"));
      return lines;
    });
  }
  using Lines = std::vector<std::string>;

  int told_ = 0;
};

TEST_P(QueueLanes, APausedLaneGivesNothingUntilItIsResumed) {
  add(work("a"));
  add({.lane = "other", .kind = "b"});

  EXPECT_TRUE(pause_it());
  EXPECT_FALSE(pause_it("Bob"));
  EXPECT_TRUE(take(1).empty());
  EXPECT_EQ(next(), std::nullopt);
  EXPECT_EQ(write([&](sql::Connection& connection) {
              return claim(connection, {"other", "w1", lease}, 1, now()).size();
            }),
            1u);
  const auto lanes = read([](sql::Connection& connection) { return paused(connection); });
  ASSERT_EQ(lanes.size(), 1u);
  EXPECT_EQ(lanes[0].lane, "lane");
  EXPECT_EQ(lanes[0].paused_by, "Ann");
  EXPECT_EQ(lanes[0].paused_at, now());

  EXPECT_TRUE(resume_it());
  EXPECT_FALSE(resume_it());
  EXPECT_EQ(next(), now());
  EXPECT_EQ(kinds(take(1)), "a");
}

TEST_P(QueueLanes, WhatIsWorkedOnInAPausedLaneIsFinished) {
  const auto id = add(work("a"));
  const auto held = take(1)[0];
  pause_it();

  EXPECT_TRUE(finish(held));
  EXPECT_EQ(item(id).status, ItemStatus::done);
}

TEST_P(QueueLanes, CountsEachLaneAndThoseThatArePaused) {
  add(work("a"));
  add(work("b"));
  add({.lane = "lane", .kind = "later", .run_at = now() + 1});
  add({.lane = "other", .kind = "x"});
  take(1);
  write([&](sql::Connection& connection) { pause(connection, "paused", "Ann", now() - 5); });

  const auto lanes = all_counts();

  ASSERT_EQ(lanes.size(), 3u);
  EXPECT_EQ(lanes[0].lane, "lane");
  EXPECT_EQ(lanes[0].ready, 1);
  EXPECT_EQ(lanes[0].scheduled, 1);
  EXPECT_EQ(lanes[0].leased, 1);
  EXPECT_EQ(lanes[0].dead, 0);
  EXPECT_EQ(lanes[0].oldest_ready_at, now());
  EXPECT_EQ(lanes[0].paused_at, std::nullopt);
  EXPECT_EQ(lanes[1].lane, "other");
  EXPECT_EQ(lanes[2].lane, "paused");
  EXPECT_EQ(lanes[2].ready, 0);
  EXPECT_EQ(lanes[2].paused_at, now() - 5);
}

TEST_P(QueueLanes, ListenersAreToldOfEveryChangeWithTheItemAsItIsStored) {
  listen();
  auto keyed = work("a");
  keyed.unique_key = "a";
  keyed.max_attempts = 2;
  const auto id = add(keyed);
  add({.lane = "other", .kind = "of another lane"});

  auto held = take(1).at(0);
  EXPECT_EQ(told(), Lines{"claimed ready>leased a"});
  retry(held, "timed out");
  EXPECT_EQ(told(), Lines{"retried leased>ready a timed out"});
  held = take(1).at(0);
  put_off(held, now());
  EXPECT_EQ(told(), (Lines{"claimed ready>leased a", "snoozed leased>ready a"}));
  take(1);
  clock_.advance(lease);
  told();
  expire();
  EXPECT_EQ(told(), Lines{"buried leased>dead a its worker was lost during the last attempt"});
  bring_back(id);
  EXPECT_EQ(told(), Lines{"revived dead>ready a"});
  take(1);
  clock_.advance(lease);
  told();
  expire();
  EXPECT_EQ(told(), Lines{"lost leased>ready a worker w1 was lost"});
  ask_cancel(id, "by Ann");
  EXPECT_EQ(told(), Lines{"cancelled ready>done a by Ann"});
  bring_back(id);
  held = take(1).at(0);
  told();
  ask_cancel(id, "by Bob");
  EXPECT_TRUE(told().empty()) << "nothing has changed yet";
  retry(held, "stopped");
  EXPECT_EQ(told(), Lines{"cancelled leased>done a by Bob"});
  bring_back(id);
  EXPECT_EQ(told(), Lines{"revived done>ready a"});
  write([&](sql::Connection& connection) { withdraw(connection, "lane", "a", now(), listeners_); });
  EXPECT_EQ(told(), Lines{"withdrawn ready>done a"});
  add(work("b"));
  finish(take(1).at(0));
  EXPECT_EQ(told(), (Lines{"claimed ready>leased b", "done leased>done b"}));
}

TEST_P(QueueLanes, WhatListenersWroteIsRolledBackWithTheChange) {
  listen();
  const auto id = add(work("a"));
  const auto held = take(1).at(0);
  told();

  EXPECT_THROW(write([&](sql::Connection& connection) {
                 EXPECT_TRUE(complete(connection, id, held.fence, now(), listeners_));
                 throw std::runtime_error("undone");
               }),
               std::runtime_error);

  EXPECT_TRUE(told().empty());
  EXPECT_EQ(item(id).status, ItemStatus::leased);
}

TEST_P(QueueLanes, AListenerThatFailsUndoesTheChange) {
  const auto id = add(work("a"));
  const auto held = take(1).at(0);
  listeners_.on(
      "lane", [](sql::Connection&, const Transition&) { throw std::runtime_error("not stored"); });

  EXPECT_THROW(finish(held), std::runtime_error);

  EXPECT_EQ(item(id).status, ItemStatus::leased);
}

TEST_P(QueueLanes, OfAVerdictThatComesTooLateNobodyIsTold) {
  listen();
  add(work("a"));
  const auto held = take(1).at(0);
  clock_.advance(lease);
  expire();
  told();

  EXPECT_FALSE(finish(held));
  EXPECT_FALSE(retry(held, "late"));

  EXPECT_TRUE(told().empty());
}

INSTANTIATE_TEST_SUITE_P(Queue,
                         QueueLanes,
                         testing::ValuesIn(store::engines()),
                         store::name_of_case);

}  // namespace
}  // namespace bot::queue
