#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "base/ids.hpp"
#include "server/store/database.hpp"
#include "server/store/setting_store.hpp"
#include "tests/fakes/base/manual_clock.hpp"
#include "tests/fakes/drivers/recording_vfs.hpp"

namespace bot::store {
namespace {

// A database on a disk that can be made to hang, whose writers lose their patience soon.
class WriteDeadline : public testing::Test {
 protected:
  ~WriteDeadline() override { vfs_.let_syncs_go(); }

  void put(const std::string& key) {
    database_.write(
        [&](sql::Connection& connection) { SettingStore(connection).put(key, "stored"); });
  }
  // What a refused write tells a client.
  std::string told_about_putting(const std::string& key) {
    try {
      put(key);
    } catch (const Unavailable& away) {
      return away.told();
    }
    return "";
  }
  bool is_stored(const std::string& key) {
    return database_
        .read([&](sql::Connection& connection) { return SettingStore(connection).find(key); })
        .has_value();
  }
  // The disk is well again, and what was submitted has been done.
  void recover() {
    vfs_.let_syncs_go();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!told_about_putting("recovered").empty() && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    EXPECT_TRUE(is_stored("recovered"));
  }

  RecordingVfs vfs_;
  ManualClock clock_;
  Database database_{{.path = ":memory:", .write_wait = Millis{1000}, .sqlite_vfs = vfs_.name()},
                     clock_};
};

TEST_F(WriteDeadline, AWriteWhoseSyncHangsIsGivenUpAndMayStillBecomeDurable) {
  vfs_.hold_syncs();

  EXPECT_EQ(told_about_putting("k"),
            "the database did not answer in time; what was asked may still be done");
  EXPECT_EQ(database_.statistics().given_up, 1u);
  EXPECT_FALSE(is_stored("k"));
  recover();

  EXPECT_TRUE(is_stored("k"));
}

TEST_F(WriteDeadline, AWriteThatTheWriterDoesNotComeToIsWithdrawnAndNeverDone) {
  std::promise<void> go;
  std::promise<void> held;
  database_.write_async(
      [&](sql::Connection&) {
        held.set_value();
        go.get_future().wait();
      },
      [](Completed<Unit>) {});
  held.get_future().wait();

  EXPECT_EQ(told_about_putting("behind"), "the database is busy; try again");
  EXPECT_EQ(database_.statistics().given_up, 1u);
  go.set_value();
  recover();

  EXPECT_FALSE(is_stored("behind"));
}

TEST_F(WriteDeadline, WhileADiskHangsNobodyWaitsForItAgain) {
  vfs_.hold_syncs();
  EXPECT_NE(told_about_putting("hanging"), "");

  // One may still wait: the writer has begun a moment after its caller.
  auto told = told_about_putting("behind");
  if (database_.statistics().refused == 0) told = told_about_putting("behind");
  EXPECT_EQ(told, "the database does not answer; try again");
  EXPECT_FALSE(database_.check()) << "it says that it can be written";
  EXPECT_GE(database_.statistics().refused, 1u);
  recover();
  EXPECT_TRUE(database_.check());

  EXPECT_TRUE(is_stored("hanging"));
  EXPECT_FALSE(is_stored("behind"));
}

TEST_F(WriteDeadline, AWriteIsNeverGivenUpWhileItRuns) {
  std::promise<void> go;
  std::atomic<bool> through{false};
  auto writing = std::async(std::launch::async, [&] {
    try {
      database_.write([&](sql::Connection&) {
        go.get_future().wait();
        through = true;
      });
    } catch (const Unavailable&) {
      return through.load();
    }
    return through.load();
  });

  EXPECT_EQ(writing.wait_for(Millis{1200}), std::future_status::timeout);
  go.set_value();

  EXPECT_TRUE(writing.get()) << "its caller has gone on before it was through";
}

TEST(WriteDeadlineByDefault, LeavesRoomForAWaitForAnotherProcessAndEndsWithinFiveSeconds) {
  const DatabaseOptions options;
  EXPECT_GT(options.write_wait, 2 * options.busy_timeout);
  EXPECT_LT(options.write_wait, std::chrono::seconds{5});
  EXPECT_LT(options.reader_wait, std::chrono::seconds{5});
}

}  // namespace
}  // namespace bot::store
