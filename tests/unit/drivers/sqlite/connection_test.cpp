#include "drivers/sqlite/connection.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/ids.hpp"

namespace bot::sql {
namespace {

class SqliteFile : public testing::Test {
 protected:
  SqliteFile() { std::filesystem::create_directories(folder_); }
  ~SqliteFile() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ / "test.db"; }
  SqliteOptions options() const { return {.path = path()}; }
  static mode_t mode_of(const std::string& file) {
    struct stat status {};
    return stat(file.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("sqlite-test-" + random_hex(12));
};

TEST(Sqlite, BindsPlaceholdersByNumberAndRepeatsThem) {
  SqliteConnection connection({.path = ":memory:"});

  const auto rows = connection.query("SELECT $2 AS b, $1 AS a, $2 AS again", {1, "two"});

  EXPECT_EQ(rows[0].integer("a"), 1);
  EXPECT_EQ(rows[0].text("b"), "two");
  EXPECT_EQ(rows[0].text("again"), "two");
}

TEST(Sqlite, KeepsTextWithNulBytesWhole) {
  SqliteConnection connection({.path = ":memory:"});
  const std::string text("a\0b", 3);

  const auto rows = connection.query("SELECT $1 AS t", {text});

  EXPECT_EQ(rows[0].text("t"), text);
}

TEST(Sqlite, RefusesAWrongNumberOfValues) {
  SqliteConnection connection({.path = ":memory:"});

  EXPECT_THROW(connection.query("SELECT $1, $2", {1}), Fault);
  EXPECT_THROW(connection.query("SELECT ?", {1}), Fault);
}

TEST(Sqlite, NamesTheStatementAndNeverItsValues) {
  SqliteConnection connection({.path = ":memory:"});
  connection.query("CREATE TABLE t (secret TEXT UNIQUE)");
  connection.query("INSERT INTO t (secret) VALUES ($1)", {"hunter2"});

  try {
    connection.query("INSERT INTO t (secret) VALUES ($1)", {"hunter2"});
    FAIL() << "the second row was accepted";
  } catch (const Fault& fault) {
    EXPECT_NE(std::string(fault.what()).find("INSERT INTO t"), std::string::npos);
    EXPECT_EQ(std::string(fault.what()).find("hunter2"), std::string::npos);
  }
}

TEST(Sqlite, CountsChangedRows) {
  SqliteConnection connection({.path = ":memory:"});
  connection.query("CREATE TABLE t (n BIGINT)");

  EXPECT_EQ(connection.query("INSERT INTO t (n) VALUES (1), (2), (3)").changed(), 3u);
  EXPECT_EQ(connection.query("UPDATE t SET n = 0 WHERE n > $1", {1}).changed(), 2u);
  EXPECT_EQ(connection.query("SELECT n FROM t").changed(), 0u);
}

TEST(Sqlite, IsUsableAfterAFailedStatement) {
  SqliteConnection connection({.path = ":memory:"});
  connection.query("CREATE TABLE t (n BIGINT NOT NULL)");

  EXPECT_THROW(connection.query("INSERT INTO t (n) VALUES ($1)", {nullptr}), Fault);
  connection.query("INSERT INTO t (n) VALUES ($1)", {5});

  EXPECT_EQ(connection.query("SELECT n FROM t").size(), 1u);
}

TEST(Sqlite, ForgetsOldStatementsRatherThanGrow) {
  SqliteConnection connection({.path = ":memory:"});

  for (int i = 0; i < 1000; ++i) {
    const auto rows = connection.query("SELECT " + std::to_string(i) + " AS n");
    ASSERT_EQ(rows[0].integer("n"), i);
  }
}

TEST(SqliteTransaction, UndoesWhatWasNotCommitted) {
  SqliteConnection connection({.path = ":memory:"});
  connection.query("CREATE TABLE t (n BIGINT)");

  {
    const Transaction undone(connection);
    connection.query("INSERT INTO t (n) VALUES (1)");
  }
  EXPECT_FALSE(connection.in_transaction());
  {
    Transaction kept(connection);
    connection.query("INSERT INTO t (n) VALUES (2)");
    kept.commit();
  }

  const auto rows = connection.query("SELECT n FROM t");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].integer("n"), 2);
}

TEST_F(SqliteFile, MakesPrivateFiles) {
  SqliteConnection connection(options());
  connection.query("CREATE TABLE t (n BIGINT)");

  EXPECT_EQ(mode_of(path()), 0600u);
  EXPECT_EQ(mode_of(path() + "-wal"), 0600u);
  EXPECT_EQ(mode_of(path() + "-shm"), 0600u);
}

TEST_F(SqliteFile, MakesAnOpenFilePrivate) {
  std::ofstream(path()).flush();
  chmod(path().c_str(), 0644);

  const SqliteConnection connection(options());

  EXPECT_EQ(mode_of(path()), 0600u);
}

TEST_F(SqliteFile, SyncsEveryCommit) {
  SqliteConnection connection(options());

  const auto synchronous = connection.query("PRAGMA synchronous");
  const auto journal = connection.query("PRAGMA journal_mode");

  EXPECT_EQ(synchronous[0].integer(0), 2);
  EXPECT_EQ(journal[0].text(0), "wal");
}

TEST_F(SqliteFile, ReadersSeeCommittedRowsAndCannotWrite) {
  SqliteConnection writer(options());
  writer.query("CREATE TABLE t (n BIGINT)");
  auto reading = options();
  reading.access = SqliteOptions::Access::read_only;
  SqliteConnection reader(reading);

  Transaction transaction(writer);
  writer.query("INSERT INTO t (n) VALUES (1)");
  EXPECT_EQ(reader.query("SELECT n FROM t").size(), 0u);
  transaction.commit();
  EXPECT_EQ(reader.query("SELECT n FROM t").size(), 1u);

  EXPECT_THROW(reader.query("INSERT INTO t (n) VALUES (2)"), bot::Fault);
}

TEST_F(SqliteFile, SaysThatAFolderIsMissing) {
  EXPECT_THROW(SqliteConnection({.path = folder_ / "absent" / "x.db"}), Unavailable);
}

TEST_F(SqliteFile, RefusesAFileThatIsNoDatabase) {
  std::ofstream(path()) << std::string(4096, 'x');

  try {
    const SqliteConnection connection(options());
    FAIL() << "it was opened";
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.what(), "the file " + path() + " is not a database");
  }
}

TEST_F(SqliteFile, CopiesItselfIntoANewPrivateFileOnly) {
  SqliteConnection connection(options());
  connection.query("CREATE TABLE t (n BIGINT)");
  connection.query("INSERT INTO t (n) VALUES (1)");
  const std::filesystem::path copy = folder_ / "copy.db";

  connection.copy_to(copy);

  EXPECT_EQ(mode_of(copy), 0600u);
  SqliteConnection copied({.path = copy});
  EXPECT_EQ(copied.query("SELECT n FROM t").size(), 1u);
  EXPECT_THROW(connection.copy_to(copy), Unavailable);
  EXPECT_FALSE(std::filesystem::exists(copy.string() + ".partial"));
}

}  // namespace
}  // namespace bot::sql
