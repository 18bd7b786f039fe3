#include "drivers/postgres/connection.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/drivers/postgres_schema.hpp"

namespace bot::sql {
namespace {

class Postgres : public testing::Test {
 protected:
  PostgresSchema schema_;
  PostgresConnection connection_{{.url = schema_.url()}};
  PostgresConnection other_{{.url = schema_.url()}};
};

TEST_F(Postgres, GivesBackWhatItWasGiven) {
  connection_.query("CREATE TABLE t (i BIGINT, r DOUBLE PRECISION, s TEXT, b BOOLEAN, n BIGINT)");

  connection_.query("INSERT INTO t (i, r, s, b, n) VALUES ($1, $2, $3, $4, $5)",
                    {-9007199254740993, 0.1, "ä\n'", true, nullptr});

  const auto rows = connection_.query("SELECT i, r, s, b, n FROM t");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].integer("i"), -9007199254740993);
  EXPECT_EQ(rows[0].real("r"), 0.1);
  EXPECT_EQ(rows[0].text("s"), "ä\n'");
  EXPECT_TRUE(rows[0].boolean("b"));
  EXPECT_TRUE(rows[0].is_null("n"));
}

TEST_F(Postgres, ReadsTheSumOfIntegersAsAnInteger) {
  const auto rows = connection_.query("SELECT SUM(n) AS s FROM (VALUES (1::bigint), (2)) AS v (n)");

  EXPECT_EQ(rows[0].integer("s"), 3);
}

TEST_F(Postgres, CountsTheRowsThatWereChanged) {
  connection_.query("CREATE TABLE t (i BIGINT)");
  connection_.query("INSERT INTO t (i) VALUES (1), (2), (3)");

  EXPECT_EQ(connection_.query("UPDATE t SET i = i + 1 WHERE i > $1", {1}).changed(), 2u);
}

TEST_F(Postgres, NamesTheStatementAndNeverItsValues) {
  connection_.query("CREATE TABLE t (secret TEXT UNIQUE)");
  connection_.query("INSERT INTO t (secret) VALUES ($1)", {"hunter2"});

  try {
    connection_.query("INSERT INTO t (secret) VALUES ($1)", {"hunter2"});
    FAIL() << "the duplicate was stored";
  } catch (const Fault& refused) {
    const std::string text = refused.what();
    EXPECT_NE(text.find("INSERT INTO t"), text.npos);
    EXPECT_EQ(text.find("hunter2"), text.npos);
  }
}

TEST_F(Postgres, GoesOnAfterARefusedStatement) {
  EXPECT_THROW(connection_.query("SELECT nonsense FROM nowhere"), Fault);
  EXPECT_THROW(connection_.query("SELECT nonsense FROM nowhere"), Fault);

  EXPECT_EQ(connection_.query("SELECT 1 AS one").size(), 1u);
}

TEST_F(Postgres, ADeferredStatementTravelsWithTheNext) {
  connection_.query("CREATE TABLE t (i BIGINT)");

  connection_.defer("BEGIN");
  connection_.query("INSERT INTO t (i) VALUES (1)");

  EXPECT_EQ(other_.query("SELECT i FROM t").size(), 0u);
  EXPECT_FALSE(connection_.ready());
  connection_.query("COMMIT");
  EXPECT_EQ(other_.query("SELECT i FROM t").size(), 1u);
  EXPECT_TRUE(connection_.ready());
}

TEST_F(Postgres, TheFailureOfADeferredStatementIsToldByTheNextAndNamesIt) {
  connection_.query("CREATE TABLE t (i BIGINT PRIMARY KEY)");
  connection_.query("INSERT INTO t (i) VALUES (1)");
  connection_.defer("BEGIN");
  connection_.defer("INSERT INTO t (i) VALUES ($1)", {1});
  try {
    connection_.query("COMMIT");
    FAIL() << "a second row of the same key was kept";
  } catch (const Fault& refused) {
    EXPECT_NE(std::string(refused.what()).find("INSERT INTO t"), std::string::npos);
  }
  connection_.roll_back_later();

  connection_.defer("INSERT INTO t (i) VALUES ($1)", {2});
  EXPECT_EQ(connection_.query("SELECT i FROM t ORDER BY i").size(), 2u);
}

TEST_F(Postgres, SeveralStatementsOfOneFlightAreRunInTheirOrderAndEachIsAnswered) {
  connection_.query("CREATE TABLE t (i BIGINT)");
  const std::vector<Statement> statements = {
      {"INSERT INTO t (i) VALUES ($1)", {7}},
      {"SELECT i FROM t"},
      {"UPDATE t SET i = i + $1", {1}},
      {"SELECT i AS j FROM t"},
  };

  for (const int before : {7, 8}) {  // prepared, then known
    const auto answers = connection_.query_all(statements);
    ASSERT_EQ(answers.size(), 4u);
    EXPECT_EQ(answers[0].changed(), 1u);
    EXPECT_EQ(answers[1][answers[1].size() - 1].integer("i"), 7);
    EXPECT_EQ(answers[3][0].integer("j"), before + 1);
  }
}

TEST_F(Postgres, AfterARefusalInAFlightItsStatementsArePreparedAnew) {
  const std::vector<Statement> statements = {
      {"SELECT 1 AS one"}, {"SELECT nonsense FROM nowhere"}, {"SELECT 2 AS two"}};
  EXPECT_THROW(connection_.query_all(statements), Fault);

  const auto two = connection_.query("SELECT 2 AS two");
  const auto one = connection_.query("SELECT 1 AS one");
  EXPECT_EQ(two[0].integer("two"), 2);
  EXPECT_EQ(one[0].integer("one"), 1);
}

TEST_F(Postgres, RollsBackWithoutBeingWaitedFor) {
  connection_.query("CREATE TABLE t (i BIGINT)");
  connection_.defer("BEGIN");
  connection_.query("INSERT INTO t (i) VALUES (1)");

  connection_.roll_back_later();

  EXPECT_TRUE(connection_.ready());
  EXPECT_EQ(connection_.query("SELECT i FROM t").size(), 0u);
}

TEST_F(Postgres, SaysThatATransactionCannotBeCommittedAfterARefusal) {
  connection_.defer("BEGIN");
  EXPECT_THROW(connection_.query("SELECT 1 / $1", {0}), Fault);

  EXPECT_TRUE(connection_.transaction_failed());
  EXPECT_TRUE(connection_.usable());
}

TEST_F(Postgres, AWriteThatOthersOvertookIsToBeTriedAgain) {
  connection_.query("CREATE TABLE t (i BIGINT PRIMARY KEY, n BIGINT)");
  connection_.query("INSERT INTO t (i, n) VALUES (1, 0)");
  connection_.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  connection_.query("SELECT n FROM t");
  other_.query("UPDATE t SET n = 1 WHERE i = 1");

  EXPECT_THROW(connection_.query("UPDATE t SET n = 2 WHERE i = 1"), TryAgain);
}

TEST_F(Postgres, AColumnThatWasAddedUnderAPreparedStatementIsToBeTriedAgain) {
  connection_.query("CREATE TABLE t (i BIGINT)");
  connection_.query("SELECT * FROM t");
  other_.query("ALTER TABLE t ADD COLUMN j BIGINT");

  EXPECT_THROW(connection_.query("SELECT * FROM t"), TryAgain);
  EXPECT_FALSE(connection_.usable());
}

TEST_F(Postgres, NamesNoValueThatIsOfTheWrongForm) {
  try {
    connection_.query("SELECT CAST($1 AS BIGINT)", {"hunter2"});
    FAIL() << "it was taken for a number";
  } catch (const Fault& refused) {
    EXPECT_EQ(std::string(refused.what()).find("hunter2"), std::string::npos);
  }
}

TEST(PostgresUrl, ThatCannotBeReadIsRefusedWithoutBeingShown) {
  const auto refused = check_postgres_url("postgresql://me:hun%ter2@db");

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("ter2"), std::string::npos);
  // libpq can read these, and would take a part of the password for a port or a host.
  EXPECT_FALSE(check_postgres_url("postgresql://me:hun/ter2@db/botd"));
  EXPECT_FALSE(check_postgres_url("postgresql://me:hun@ter2@db/botd"));
  EXPECT_TRUE(check_postgres_url("postgresql://me:hunter2@db/botd?application_name=a@b"));
  EXPECT_TRUE(check_postgres_url("postgresql://me:hunter2@db/botd"));
}

TEST_F(Postgres, ASessionThatTheServerEndedIsUnavailableAndStaysSo) {
  other_.query("SELECT pg_terminate_backend($1)", {connection_.backend_pid()});

  EXPECT_THROW(connection_.query("SELECT 1"), Unavailable);
  EXPECT_FALSE(connection_.usable());
  EXPECT_THROW(connection_.query("SELECT 1"), Unavailable);
}

TEST_F(Postgres, AStatementThatTakesTooLongIsGivenUp) {
  PostgresConnection hasty({.url = schema_.url(), .statement_timeout = Millis{50}});

  EXPECT_THROW(hasty.query("SELECT pg_sleep(30)"), Unavailable);
}

TEST_F(Postgres, PlansOnceForAllValuesAndCompilesNothing) {
  const auto rows = connection_.query(
      "SELECT current_setting('plan_cache_mode') AS plans, current_setting('jit') AS jit");

  EXPECT_EQ(rows[0].text("plans"), "force_generic_plan");
  EXPECT_EQ(rows[0].text("jit"), "off");
}

TEST_F(Postgres, PreparesAnewAfterManyStatements) {
  for (int n = 0; n < 600; ++n)
    connection_.query("SELECT " + std::to_string(n) + " AS n");

  const auto rows = connection_.query("SELECT 0 AS n");
  EXPECT_EQ(rows[0].integer("n"), 0);
}

TEST_F(Postgres, PreparesAnewThoughARollbackIsAlwaysOnItsWay) {
  for (int n = 0; n < 600; ++n) {
    connection_.defer("BEGIN");
    connection_.query("SELECT " + std::to_string(n) + " AS n");
    connection_.roll_back_later();
  }

  const auto kept = connection_.query("SELECT COUNT(*) AS n FROM pg_prepared_statements");
  EXPECT_LE(kept[0].integer("n"), 300);
}

TEST(PostgresServer, ThatIsNotThereIsUnavailableAndNoPasswordIsShown) {
  try {
    PostgresConnection({.url = "postgresql://me:hunter2@127.0.0.1:1/db"});
    FAIL() << "connected to port 1";
  } catch (const Unavailable& away) {
    const std::string text = away.what();
    EXPECT_NE(text.find("cannot connect to PostgreSQL"), text.npos);
    EXPECT_EQ(text.find("hunter2"), text.npos);
  }
}

}  // namespace
}  // namespace bot::sql
