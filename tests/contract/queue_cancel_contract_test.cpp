// Work that somebody does not want any more, or wants once more.
#include <nlohmann/json.hpp>

#include "tests/contract/queue_case.hpp"

namespace bot::queue {
namespace {

class QueueCancellation : public QueueCase {
 protected:
  std::vector<std::int64_t> requests(const std::string& owner) {
    return read([&](sql::Connection& connection) { return cancel_requests(connection, owner); });
  }
  // As it is stored of an item that was cancelled now.
  void expect_cancelled(std::int64_t id, const std::string& reason) {
    const auto stored = item(id);
    EXPECT_EQ(stored.status, ItemStatus::done);
    EXPECT_EQ(stored.cancelled_at, now());
    EXPECT_EQ(stored.finished_at, now());
    EXPECT_EQ(stored.last_error, reason);
    EXPECT_EQ(stored.lease_owner, std::nullopt);
    const auto history = nlohmann::json::parse(stored.history);
    ASSERT_FALSE(history.empty());
    EXPECT_EQ(history.back()["event"], "cancelled");
    EXPECT_EQ(history.back()["error"], reason);
  }
};

TEST_P(QueueCancellation, WhatNobodyHoldsIsCancelledAtOnce) {
  auto keyed = work("a");
  keyed.unique_key = "once";
  const auto id = add(keyed);

  EXPECT_EQ(ask_cancel(id), Cancellation::cancelled);

  expect_cancelled(id, "not wanted");
  EXPECT_TRUE(take(1).empty());
  EXPECT_EQ(ask_cancel(id), Cancellation::finished_already);
  EXPECT_EQ(ask_cancel(id + 1000), Cancellation::absent);
  EXPECT_NE(add(keyed), id) << "its key is free";
}

TEST_P(QueueCancellation, OfWhatIsHeldTheHolderIsAskedAndOnlyOne) {
  const auto id = add(work("a"));
  const auto other = add(work("b"));
  take(1, "w1");
  take(1, "w2");

  EXPECT_EQ(ask_cancel(id, "first"), Cancellation::asked);
  clock_.advance(Millis{10});
  EXPECT_EQ(ask_cancel(id, "second"), Cancellation::asked);

  EXPECT_EQ(item(id).status, ItemStatus::leased);
  EXPECT_EQ(item(id).cancel_requested_at, now() - 10);
  EXPECT_EQ(requests("w1"), std::vector{id});
  EXPECT_TRUE(requests("w2").empty());
  EXPECT_EQ(item(other).cancel_requested_at, std::nullopt);
}

TEST_P(QueueCancellation, AfterARequestNoVerdictMakesAnItemReadyOrDead) {
  const auto ask_of_one = [&] {
    const auto id = add(work("a"));
    const auto held = take(1).at(0);
    ask_cancel(id, "by Ann");
    return held;
  };

  auto held = ask_of_one();
  EXPECT_TRUE(retry(held, "stopped"));
  expect_cancelled(held.id, "by Ann");
  held = ask_of_one();
  EXPECT_TRUE(put_off(held, now()));
  expect_cancelled(held.id, "by Ann");
  held = ask_of_one();
  EXPECT_TRUE(kill(held, "hopeless"));
  expect_cancelled(held.id, "by Ann");
  held = ask_of_one();
  clock_.advance(lease);
  expire();
  expect_cancelled(held.id, "by Ann");
  EXPECT_TRUE(take(1).empty());
}

TEST_P(QueueCancellation, WhatIsDoneAllTheSameStaysDone) {
  const auto id = add(work("a"));
  const auto held = take(1)[0];
  ask_cancel(id);

  EXPECT_TRUE(finish(held));

  EXPECT_EQ(item(id).status, ItemStatus::done);
  EXPECT_EQ(item(id).cancelled_at, std::nullopt);
  EXPECT_EQ(ask_cancel(id), Cancellation::finished_already);
}

TEST_P(QueueCancellation, RevivesWhatIsDeadOrCancelledAndNothingElse) {
  const auto cancelled = add(work("a"));
  ask_cancel(cancelled);
  const auto asked = add(work("b"));
  const auto held = take(1).at(0);
  ask_cancel(asked);
  retry(held, "stopped");
  const auto done = add(work("c"));
  finish(take(1).at(0));

  EXPECT_TRUE(bring_back(cancelled));
  EXPECT_TRUE(bring_back(asked));
  EXPECT_FALSE(bring_back(done));
  EXPECT_FALSE(bring_back(cancelled)) << "it is ready already";

  const auto again = take(5);
  EXPECT_EQ(kinds(again), "ab");
  for (const auto& each : again) {
    EXPECT_EQ(each.attempts, 1);
    EXPECT_EQ(each.cancel_requested_at, std::nullopt);
    EXPECT_EQ(each.cancelled_at, std::nullopt);
    EXPECT_EQ(each.finished_at, std::nullopt);
  }
}

TEST_P(QueueCancellation, RevivesADeadLetterUnlessItsKeyIsTaken) {
  std::vector<std::int64_t> ids;
  for (const char* kind : {"a", "b"}) {
    auto keyed = work(kind);
    keyed.unique_key = kind;
    ids.push_back(add(keyed));
    kill(take(1).at(0), "never valid");
  }
  auto again = work("b");
  again.unique_key = "b";
  add(again);

  EXPECT_TRUE(bring_back(ids[0]));
  EXPECT_FALSE(bring_back(ids[0]));
  EXPECT_FALSE(bring_back(ids[1]));
  EXPECT_EQ(item(ids[0]).attempts, 0);
}

INSTANTIATE_TEST_SUITE_P(Queue,
                         QueueCancellation,
                         testing::ValuesIn(store::engines()),
                         store::name_of_case);

}  // namespace
}  // namespace bot::queue
