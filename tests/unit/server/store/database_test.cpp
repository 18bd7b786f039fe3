#include "server/store/database.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "drivers/sqlite/connection.hpp"
#include "server/queue/queue.hpp"
#include "server/store/command_store.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/migrations.hpp"
#include "server/store/setting_store.hpp"
#include "server/store/user_store.hpp"
#include "tests/fakes/base/manual_clock.hpp"

namespace bot::store {
namespace {

class DatabaseFile : public testing::Test {
 protected:
  DatabaseFile() { std::filesystem::create_directories(folder_); }
  ~DatabaseFile() override { std::filesystem::remove_all(folder_); }

  DatabaseOptions options() const { return {.path = folder_ / "botd.db"}; }
  void run(const std::string& statement) {
    sql::SqliteConnection connection({.path = options().path});
    connection.query(statement);
  }
  std::string refusal() {
    try {
      const Database database(options(), clock_);
    } catch (const sql::Fault& fault) {
      return fault.what();
    }
    return "";
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("database-test-" + random_hex(12));
  ManualClock clock_;
};

TEST_F(DatabaseFile, IsMadeFromNothing) {
  const auto before = inspect_schema(options());
  Database database(options(), clock_);
  const auto after = database.migration_status();

  EXPECT_EQ(before.current, 0);
  EXPECT_EQ(static_cast<std::int64_t>(before.pending.size()), before.latest);
  EXPECT_EQ(after.current, after.latest);
  EXPECT_TRUE(after.pending.empty());
  EXPECT_EQ(inspect_schema(options()).current, after.latest);
  EXPECT_TRUE(database.check().has_value());
}

TEST_F(DatabaseFile, InspectingMakesNoFile) {
  inspect_schema(options());

  EXPECT_FALSE(std::filesystem::exists(options().path));
}

TEST_F(DatabaseFile, RefusesASchemaFromTheFuture) {
  { const Database database(options(), clock_); }
  run("INSERT INTO schema_version (version, name, applied_at) VALUES (999, 'later', 0)");

  EXPECT_NE(refusal().find("was written by a newer botd"), std::string::npos) << refusal();
}

TEST_F(DatabaseFile, RefusesTheTablesOfAnotherProgram) {
  run("CREATE TABLE users (id BIGINT)");

  EXPECT_NE(refusal().find("tables of another program"), std::string::npos) << refusal();
}

TEST_F(DatabaseFile, IsPrivate) {
  const Database database(options(), clock_);

  struct stat status {};
  ASSERT_EQ(stat(options().path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
}

TEST_F(DatabaseFile, OpensAFileOfTheFirstSchemaWithAllItHolds) {
  std::filesystem::copy_file("tests/contract/data/v1.db", options().path);

  Database database(options(), clock_);

  database.read([](sql::Connection& connection) {
    const auto user = UserStore(connection).find_by_email("v1@example.com");
    ASSERT_TRUE(user.has_value());
    EXPECT_EQ(user->max_concurrent_bots, 2);
    const auto meetings = MeetingStore(connection).list(user->id, {});
    ASSERT_EQ(meetings.size(), 2u);
    EXPECT_EQ(meetings[0].status, domain::MeetingState::active);
    EXPECT_EQ(meetings[1].status, domain::MeetingState::completed);
    EXPECT_EQ(meetings[1].completion_reason, "stopped");
  });
  EXPECT_TRUE(database.migration_status().pending.empty());
}

// A file as an older program has left it.
class OldDatabaseFile : public DatabaseFile, public testing::WithParamInterface<std::int64_t> {
 protected:
  void make(std::int64_t version) {
    run("CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL,"
        " applied_at BIGINT NOT NULL)");
    for (std::int64_t step = 1; step <= version; ++step) {
      for (const auto statement : migrations()[static_cast<std::size_t>(step - 1)].statements) {
        run(replace_all(std::string(statement),
                        "{identity}",
                        sql::SqliteConnection({.path = ":memory:"}).dialect().identity_column));
      }
      run("INSERT INTO schema_version VALUES (" + std::to_string(step) + ", 'a step', 0)");
    }
  }
};

TEST_P(OldDatabaseFile, KeepsWhatWasQueuedAndWhatBotsWereSent) {
  make(GetParam());
  run("INSERT INTO users (email, max_concurrent_bots, data, created_at)"
      " VALUES ('old@example.com', 1, '{}', 1)");
  run("INSERT INTO meetings (user_id, platform, status, data, created_at, updated_at,"
      " state_since_ms, stop_requested) VALUES (1, 'zoom', 'active', '{}', 1, 1, 1, 0)");
  run("INSERT INTO bot_commands (meeting_id, session_uid, action, payload, status, created_at)"
      " VALUES (1, 'uid', 'reconfigure', '{}', 'sent', 7)");
  run("INSERT INTO queue_items (lane, kind, payload, status, priority, run_at, attempts,"
      " max_attempts, fence, history, created_at)"
      " VALUES ('l', 'k', '{\"n\":1}', 'ready', 0, 1, 0, 5, 0, '[]', 1)");

  Database database(options(), clock_);

  EXPECT_TRUE(database.migration_status().pending.empty());
  database.write([&](sql::Connection& connection) {
    const auto items = queue::claim(connection, {"l", "me", Millis{1000}}, 9, clock_.now_ms());
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(items[0].payload, R"({"n":1})");
    EXPECT_EQ(items[0].fair_key, std::nullopt);
    const auto users = connection.query("SELECT status FROM users");
    EXPECT_EQ(users[0].text("status"), "active");
    const auto commands = CommandStore(connection).undelivered("uid", 0);
    ASSERT_EQ(commands.size(), 1u);
    EXPECT_EQ(commands[0].action, "reconfigure");
  });
}

INSTANTIATE_TEST_SUITE_P(
    SinceTheQueue,
    OldDatabaseFile,
    testing::Range<std::int64_t>(2, static_cast<std::int64_t>(migrations().size())));

TEST_F(DatabaseFile, IsCopiedWhileInUseAndNeverOverAnotherFile) {
  Database database(options(), clock_);
  database.write([](sql::Connection& connection) { SettingStore(connection).put("k", "v"); });
  const auto copy = folder_ / "backup.db";

  const auto first = database.backup_to(copy);
  const auto second = database.backup_to(copy);
  const auto nowhere = database.backup_to(folder_ / "absent" / "backup.db");

  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_EQ(nowhere.error().code, Errc::unavailable);
  Database restored({.path = copy}, clock_);
  EXPECT_EQ(
      restored.read([](sql::Connection& connection) { return SettingStore(connection).find("k"); }),
      "v");
}

TEST_F(DatabaseFile, IsBackedUpFromOutsideAsItIs) {
  auto database = std::make_unique<Database>(options(), clock_);
  database->write([](sql::Connection& connection) { SettingStore(connection).put("k", "v"); });
  const auto copy = folder_ / "backup.db";

  const auto in_use = back_up(options(), copy);
  const auto again = back_up(options(), copy);
  database.reset();
  // As an older program has left it.
  run("DELETE FROM schema_version WHERE version = (SELECT MAX(version) FROM schema_version)");
  const auto old = back_up(options(), folder_ / "old.db");

  ASSERT_TRUE(in_use.has_value()) << in_use.error().message;
  EXPECT_EQ(again.error().code, Errc::conflict);
  ASSERT_TRUE(old.has_value()) << old.error().message;
  EXPECT_EQ(inspect_schema(options()).pending.size(), 1u) << "a backup brought it up to date";
  Database restored({.path = copy}, clock_);
  EXPECT_EQ(
      restored.read([](sql::Connection& connection) { return SettingStore(connection).find("k"); }),
      "v");
}

TEST_F(DatabaseFile, RefusesAWriteSoonWhileAnotherProcessWrites) {
  auto hasty = options();
  hasty.busy_timeout = Millis{20};
  Database database(hasty, clock_);
  sql::SqliteConnection other({.path = options().path});
  const auto put = [&] {
    database.write([](sql::Connection& connection) { SettingStore(connection).put("k", "v"); });
  };

  other.query("BEGIN IMMEDIATE");
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THROW(put(), Unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(4));
  other.query("ROLLBACK");
  put();
  EXPECT_LT(2 * DatabaseOptions{}.busy_timeout, std::chrono::seconds(5));
}

TEST(DatabaseInMemory, IsGoneAtTheEnd) {
  const ManualClock clock;
  {
    Database database({.path = ":memory:"}, clock);
    database.write([](sql::Connection& connection) { SettingStore(connection).put("k", "v"); });
    EXPECT_EQ(database.read(
                  [](sql::Connection& connection) { return SettingStore(connection).find("k"); }),
              "v");
  }
  Database again({.path = ":memory:"}, clock);
  EXPECT_EQ(
      again.read([](sql::Connection& connection) { return SettingStore(connection).find("k"); }),
      std::nullopt);
}

// What has to stay flat with a million meetings must not scan a table.
TEST(Plans, UseTheIndexesMadeForThem) {
  const ManualClock clock;
  Database database({.path = ":memory:"}, clock);
  const std::pair<std::string, std::string> plans[] = {
      {"SELECT COUNT(*) FROM meetings WHERE user_id = 1"
       " AND status IN ('reserved', 'starting', 'active', 'stopping')"
       " AND status IN ('reserved', 'starting', 'active')",
       "COVERING INDEX meetings_live_of_user"},
      {"SELECT data FROM meetings WHERE user_id = 1 AND platform = 'zoom'"
       " AND native_meeting_id = '1' ORDER BY id DESC LIMIT 1",
       "meetings_by_native_id"},
      {"SELECT data FROM meetings WHERE user_id = 1 ORDER BY id DESC LIMIT 50", "meetings_of_user"},
      {"SELECT data FROM meetings WHERE meetings.status IN"
       " ('reserved', 'starting', 'active', 'stopping') AND meetings.user_id = 1",

       "meetings_live_of_user"},
      {"SELECT data FROM meetings WHERE meetings.status IN"
       " ('reserved', 'starting', 'active', 'stopping')",
       "meetings_live_by_status"},
      {"SELECT data FROM meetings WHERE status = 'active' AND status IN"
       " ('reserved', 'starting', 'active', 'stopping') ORDER BY id DESC LIMIT 50",
       "meetings_live_by_status"},
      {"SELECT data FROM meetings WHERE user_id = 1 AND status = 'active' AND status IN"
       " ('reserved', 'starting', 'active', 'stopping') ORDER BY id DESC LIMIT 50",
       "meetings_live_of_user"},
      {"SELECT id FROM queue_items WHERE lane = 'l' AND status = 'ready' AND priority = 0"
       " AND run_at <= 5 ORDER BY run_at, id LIMIT 9",
       "queue_items_ready"},
      {"SELECT MAX(priority) FROM queue_items WHERE lane = 'l' AND status = 'ready'"
       " AND priority < 9",
       "queue_items_ready"},
      {"SELECT id FROM queue_items WHERE status = 'leased' AND lease_until <= 9"
       " ORDER BY lease_until, id",
       "queue_items_leased"},
      {"SELECT payload FROM queue_items WHERE status = 'leased' AND lease_owner = 'o'",
       "queue_items_leased"},
      {"SELECT payload FROM queue_items WHERE status = 'dead' AND lane = 'l'"
       " ORDER BY id DESC LIMIT 9",
       "queue_items_dead"},
  };

  for (const auto& [statement, index] : plans) {
    const auto detail = database.read([&, text = statement](sql::Connection& connection) {
      std::string all;
      for (const sql::Row row : connection.query("EXPLAIN QUERY PLAN " + text))
        all += row.text("detail") + "; ";
      return all;
    });
    EXPECT_NE(detail.find(index), std::string::npos) << statement << "\n" << detail;
    EXPECT_EQ(detail.find("SCAN"), std::string::npos) << statement << "\n" << detail;
  }
}

}  // namespace
}  // namespace bot::store
