#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <thread>

#include "base/ids.hpp"
#include "server/store/database.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/setting_store.hpp"
#include "server/store/user_store.hpp"
#include "tests/fakes/base/manual_clock.hpp"
#include "tests/fakes/drivers/recording_vfs.hpp"

namespace bot::store {
namespace {

// A database on a watched disk, and a way to hold the writer so that writes gather into one batch.
class GroupCommit : public testing::Test {
 protected:
  GroupCommit() {
    std::filesystem::create_directories(folder_);
    open({.path = folder_ / "botd.db", .sqlite_vfs = vfs_.name()});
  }
  ~GroupCommit() override {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  void open(DatabaseOptions options) {
    options.path = folder_ / "botd.db";
    options.sqlite_vfs = vfs_.name();
    database_.reset();
    database_ = std::make_unique<Database>(options, clock_);
  }

  // The writer waits inside a write of its own until the returned promise is kept.
  std::promise<void> hold_the_writer() {
    std::promise<void> go;
    std::promise<void> held;
    database_->write_async(
        [&held, wait = go.get_future().share()](sql::Connection&) {
          held.set_value();
          wait.wait();
        },
        [](Completed<Unit>) {});
    held.get_future().wait();
    return go;
  }
  void wait_until_waiting(std::size_t n) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (database_->statistics().waiting < n && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    ASSERT_EQ(database_->statistics().waiting, n);
  }
  std::optional<std::string> stored(const std::string& key) {
    return database_->read(
        [&](sql::Connection& connection) { return SettingStore(connection).find(key); });
  }
  void put(const std::string& key, const std::string& value) {
    database_->write(
        [&](sql::Connection& connection) { SettingStore(connection).put(key, value); });
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("group-commit-" + random_hex(12));
  RecordingVfs vfs_;
  ManualClock clock_;
  std::unique_ptr<Database> database_;
};

TEST_F(GroupCommit, ReturnsWhatTheWriteReturned) {
  const auto answer = database_->write([](sql::Connection&) { return std::string("answer"); });
  const auto refused = database_->write([](sql::Connection&) -> Result<int> {
    return Error{.code = Errc::conflict, .message = "no"};
  });

  EXPECT_EQ(answer, "answer");
  EXPECT_EQ(refused.error().code, Errc::conflict);
}

TEST_F(GroupCommit, ReturnsOnlyAfterTheSyncThatCoversTheWrite) {
  constexpr int threads = 8;
  constexpr int writes = 20;
  std::atomic<int> uncovered{0};
  std::vector<std::thread> writers;

  for (int t = 0; t < threads; ++t) {
    writers.emplace_back([&, t] {
      for (int i = 0; i < writes; ++i) {
        std::uint64_t syncs_before_commit = 0;
        database_->write([&](sql::Connection& connection) {
          SettingStore(connection).put(std::to_string(t), std::to_string(i));
          syncs_before_commit = vfs_.log_syncs();
        });
        if (vfs_.log_syncs() <= syncs_before_commit) ++uncovered;
      }
    });
  }
  for (auto& writer : writers)
    writer.join();

  EXPECT_EQ(uncovered, 0);
  EXPECT_EQ(vfs_.unsynced_log_bytes(), 0u);
}

TEST_F(GroupCommit, SharesOneSyncAmongAllThatWait) {
  auto go = hold_the_writer();
  std::vector<std::thread> writers;
  for (int i = 0; i < 16; ++i)
    writers.emplace_back([this, i] { put("k" + std::to_string(i), "v"); });
  wait_until_waiting(16);
  const auto syncs_before = vfs_.log_syncs();
  const auto counted_before = database_->statistics().syncs;

  go.set_value();
  for (auto& writer : writers)
    writer.join();

  EXPECT_EQ(vfs_.log_syncs(), syncs_before + 1);
  EXPECT_EQ(database_->statistics().syncs, counted_before + 1);
}

TEST_F(GroupCommit, DoesNotSyncWhenNothingWasChanged) {
  const auto before = vfs_.log_syncs();

  database_->write([](sql::Connection& connection) { connection.query("SELECT 1"); });

  EXPECT_EQ(vfs_.log_syncs(), before);
}

TEST_F(GroupCommit, WritesInTheOrderOfTheCalls) {
  auto go = hold_the_writer();
  std::vector<int> order;
  std::latch done(20);
  for (int i = 0; i < 20; ++i)
    database_->write_async([&order, i](sql::Connection&) { order.push_back(i); },
                           [&done](Completed<Unit>) { done.count_down(); });

  go.set_value();
  done.wait();

  std::vector<int> expected(20);
  for (int i = 0; i < 20; ++i)
    expected[static_cast<std::size_t>(i)] = i;
  EXPECT_EQ(order, expected);
}

TEST_F(GroupCommit, UndoesAFailedWriteAlone) {
  auto go = hold_the_writer();
  auto first = std::async(std::launch::async, [this] { put("first", "1"); });
  wait_until_waiting(1);
  auto failing = std::async(std::launch::async, [this] {
    database_->write([](sql::Connection& connection) {
      SettingStore(connection).put("failing", "1");
      throw std::runtime_error("on purpose");
    });
  });
  wait_until_waiting(2);
  auto refusing = std::async(std::launch::async, [this] {
    return database_->write([](sql::Connection& connection) -> Status {
      SettingStore(connection).put("refusing", "1");
      return Error{.code = Errc::limit_reached, .message = "no seat"};
    });
  });
  wait_until_waiting(3);
  auto last = std::async(std::launch::async, [this] { put("last", "1"); });
  wait_until_waiting(4);

  go.set_value();
  first.get();
  last.get();

  EXPECT_THROW(failing.get(), std::runtime_error);
  EXPECT_EQ(refusing.get().error().code, Errc::limit_reached);
  EXPECT_EQ(stored("first"), "1");
  EXPECT_EQ(stored("failing"), std::nullopt);
  EXPECT_EQ(stored("refusing"), std::nullopt);
  EXPECT_EQ(stored("last"), "1");
  EXPECT_EQ(database_->statistics().rolled_back, 2u);
}

TEST_F(GroupCommit, TurnsAwayWhatDoesNotFitTheQueue) {
  open({.path = {}, .max_waiting_writes = 2});
  auto go = hold_the_writer();
  std::latch done(2);
  const auto nothing = [](sql::Connection&) {};
  const auto count = [&done](Completed<Unit>) { done.count_down(); };
  database_->write_async(nothing, count);
  database_->write_async(nothing, count);

  try {
    database_->write(nothing);
    ADD_FAILURE() << "a third write was accepted";
  } catch (const Unavailable& refusal) {
    EXPECT_STREQ(refusal.what(), "the database queue is full");
  }
  EXPECT_THROW(database_->write_async(nothing, count), Unavailable);
  go.set_value();
  done.wait();

  EXPECT_EQ(database_->statistics().refused, 2u);
}

TEST_F(GroupCommit, RefusesAWriteInsideAWrite) {
  EXPECT_THROW(database_->write([this](sql::Connection&) { put("k", "v"); }), std::logic_error);
}

TEST_F(GroupCommit, ReadersSeeOneCommittedState) {
  put("k", "old");

  database_->read([&](sql::Connection& connection) {
    SettingStore settings(connection);
    EXPECT_EQ(settings.find("k"), "old");
    std::thread([this] { put("k", "new"); }).join();
    EXPECT_EQ(settings.find("k"), "old");
  });

  EXPECT_EQ(stored("k"), "new");
  EXPECT_THROW(database_->read([](sql::Connection& connection) {
    SettingStore(connection).put("k", "by a reader");
  }),
               Fault);
}

TEST_F(GroupCommit, SaysThatTheReadersAreBusy) {
  open({.path = {}, .readers = 1, .reader_wait = Millis(1)});

  database_->read([this](sql::Connection&) { EXPECT_THROW(stored("k"), Unavailable); });

  EXPECT_EQ(stored("k"), std::nullopt);
}

TEST_F(GroupCommit, AFullDiskLosesNothingThatWasAcknowledged) {
  put("before", "1");

  vfs_.fill_disk(true);
  EXPECT_THROW(put("during", "1"), Unavailable);
  EXPECT_EQ(stored("before"), "1");
  EXPECT_FALSE(database_->check().has_value());
  vfs_.fill_disk(false);

  EXPECT_TRUE(database_->check().has_value());
  put("after", "1");
  open({.path = {}});
  EXPECT_EQ(stored("before"), "1");
  EXPECT_EQ(stored("during"), std::nullopt);
  EXPECT_EQ(stored("after"), "1");
}

TEST_F(GroupCommit, AFailedSyncAcknowledgesNobodyInTheBatch) {
  auto go = hold_the_writer();
  std::vector<std::future<void>> writers;
  for (int i = 0; i < 4; ++i)
    writers.push_back(
        std::async(std::launch::async, [this, i] { put("k" + std::to_string(i), "v"); }));
  wait_until_waiting(4);

  vfs_.break_syncs(true);
  go.set_value();
  for (auto& writer : writers)
    EXPECT_THROW(writer.get(), Unavailable);
  vfs_.break_syncs(false);

  put("later", "v");
  EXPECT_EQ(stored("later"), "v");
  EXPECT_EQ(stored("k0"), std::nullopt);
}

TEST_F(GroupCommit, FinishesWhatWaitsWhenItIsClosed) {
  std::atomic<int> finished{0};
  auto go = hold_the_writer();
  for (int i = 0; i < 5; ++i) {
    database_->write_async(
        [i](sql::Connection& connection) {
          SettingStore(connection).put("k" + std::to_string(i), "v");
        },
        [&](Completed<Unit> result) { finished += result.failed() ? 0 : 1; });
  }

  go.set_value();
  open({.path = {}});

  EXPECT_EQ(finished, 5);
  EXPECT_EQ(stored("k4"), "v");
}

TEST_F(GroupCommit, NeverGivesMoreSeatsThanTheLimit) {
  constexpr int threads = 64;
  constexpr std::int64_t limit = 5;
  const auto user = database_->write([](sql::Connection& connection) {
    return UserStore(connection).find_or_create({.email = "a@example.com"}, 0).user.id;
  });
  std::latch together(threads);
  std::atomic<int> seats{0};
  std::vector<std::thread> racers;

  for (int i = 0; i < threads; ++i) {
    racers.emplace_back([&, i] {
      together.arrive_and_wait();
      const auto result = database_->write([&](sql::Connection& connection) -> Status {
        UserStore(connection).lock(user);
        MeetingStore meetings(connection);
        if (meetings.count_live(user) >= limit)
          return Error{.code = Errc::limit_reached, .message = "no seat"};
        meetings.add({.user_id = user,
                      .platform = "zoom",
                      .native_meeting_id = std::to_string(i),
                      .bot_container_id = "b"},
                     0);
        return Unit{};
      });
      if (result) ++seats;
    });
  }
  for (auto& racer : racers)
    racer.join();

  EXPECT_EQ(seats, limit);
}

}  // namespace
}  // namespace bot::store
