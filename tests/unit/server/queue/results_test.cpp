// What is stored together with a verdict, and who is told of it inside.
#include <atomic>
#include <stdexcept>

#include "tests/unit/server/queue/dispatcher_case.hpp"

namespace bot::queue {
namespace {

class ResultsTest : public DispatcherCase {
 protected:
  static void put(sql::Connection& connection, const std::string& key) {
    connection.query("INSERT INTO settings (key, value) VALUES ($1, '')", {key});
  }
  bool is_there(const std::string& key) {
    return database_.read([&](sql::Connection& connection) {
      return !connection.query("SELECT key FROM settings WHERE key = $1", {key}).empty();
    });
  }
  static Outcome done_with(std::function<void(sql::Connection&)> with) {
    auto outcome = Outcome::done();
    outcome.with = std::move(with);
    return outcome;
  }
};

TEST_F(ResultsTest, AreThereWhenTheVerdictIs) {
  const auto id = add("a");
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 1, [](const Item&) {
    return done_with([](sql::Connection& connection) { put(connection, "made"); });
  });
  dispatcher.start();
  wait_for(id, ItemStatus::done);

  EXPECT_TRUE(is_there("made"));
}

TEST_F(ResultsTest, AreNotStoredForAVerdictThatIsLost) {
  const auto id = add("a");
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 1, [&](const Item& item) {
    database_.write([&](sql::Connection& connection) {
      EXPECT_TRUE(bury(connection, item.id, item.fence, "by somebody else", clock_.now_ms()));
    });
    return done_with([](sql::Connection& connection) { put(connection, "made"); });
  });
  dispatcher.start();
  wait_for(id, ItemStatus::dead);
  ASSERT_TRUE(dispatcher.stop(Millis{10'000}));

  EXPECT_EQ(dispatcher.statistics().lost, 1u);
  EXPECT_FALSE(is_there("made"));
}

TEST_F(ResultsTest, ThatCannotBeStoredSpendTheAttemptAndHoldUpNoOther) {
  const auto bad = add("bad");
  const auto good = add("good");
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", 2, [](const Item& item) {
    return done_with([kind = item.kind](sql::Connection& connection) {
      put(connection, kind);
      if (kind == "bad") throw std::runtime_error("no such account");
    });
  });
  dispatcher.start();

  wait_for(good, ItemStatus::done);
  const auto retried = wait_for(bad, ItemStatus::ready);
  EXPECT_EQ(retried.attempts, 1);
  EXPECT_EQ(retried.last_error, "no such account");
  EXPECT_TRUE(is_there("good"));
  EXPECT_FALSE(is_there("bad"));
}

TEST_F(ResultsTest, ListenersAreToldInTheTransactionAfterTheResultsAreThere) {
  const auto id = add("a");
  Listeners listeners;
  listeners.on("lane", [&](sql::Connection& connection, const Transition& told) {
    const auto made = connection.query("SELECT key FROM settings WHERE key = 'made'").size();
    put(connection, std::to_string(static_cast<int>(told.change)) + std::to_string(made));
  });
  auto options = this->options();
  options.listeners = &listeners;
  Dispatcher dispatcher(database_, clock_, options);
  dispatcher.handle("lane", 1, [](const Item&) {
    return done_with([](sql::Connection& connection) { put(connection, "made"); });
  });
  dispatcher.start();
  wait_for(id, ItemStatus::done);

  EXPECT_TRUE(is_there("00")) << "claimed";
  EXPECT_TRUE(is_there("11")) << "done";
}

TEST_F(ResultsTest, AVerdictThatTheStoreRefusesIsGivenUpAloneAndItsLeaseRunsOut) {
  const auto bad = add("bad");
  const auto good = add("good");
  Listeners listeners;
  std::atomic<bool> refusing{true};
  listeners.on("lane", [&](sql::Connection&, const Transition& told) {
    if (refusing && told.item.kind == "bad" && told.change == Change::done)
      throw std::runtime_error("not this one");
  });
  auto options = this->options();
  options.listeners = &listeners;
  Dispatcher dispatcher(database_, clock_, options);
  dispatcher.handle("lane", 2, [](const Item&) { return Outcome::done(); });
  dispatcher.start();

  wait_for(good, ItemStatus::done);
  const auto later = add("later");
  dispatcher.wake("lane");
  wait_for(later, ItemStatus::done);
  EXPECT_EQ(dispatcher.statistics().lost, 1u);
  EXPECT_EQ(item(bad).status, ItemStatus::leased);
  refusing = false;
  clock_.advance(options.lease);
  database_.write(
      [&](sql::Connection& connection) { return_expired(connection, clock_.now_ms()); });
  dispatcher.wake("lane");

  EXPECT_EQ(wait_for(bad, ItemStatus::done).attempts, 2);
}

TEST_F(ResultsTest, TheLanesOwnNumberOfAttemptsGoesBeforeTheItems) {
  const auto id = add("a");
  Concurrency once(1);
  once.max_attempts = 1;
  Dispatcher dispatcher(database_, clock_, options());
  dispatcher.handle("lane", once, [](const Item&) { return Outcome::retry("timed out"); });
  dispatcher.start();

  EXPECT_EQ(wait_for(id, ItemStatus::dead).max_attempts, 1);
}

}  // namespace
}  // namespace bot::queue
