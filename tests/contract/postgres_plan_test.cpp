// How PostgreSQL looks for the next items when its statistics tell of none that wait.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <variant>

#include "server/jobs/event_store.hpp"
#include "server/jobs/job_store.hpp"
#include "server/jobs/mirror_store.hpp"
#include "server/queue/queue.hpp"
#include "tests/contract/engines.hpp"

namespace bot::store {
namespace {

std::size_t count_of(std::string_view part, std::string_view text) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// As a constant that takes the type of what it is compared with.
std::string literal(const sql::Value& value) {
  struct Writer {
    std::string operator()(std::monostate) const { return "NULL"; }
    std::string operator()(bool flag) const { return flag ? "TRUE" : "FALSE"; }
    std::string operator()(const std::string& text) const { return "'" + text + "'"; }
    std::string operator()(std::int64_t number) const { return "'" + std::to_string(number) + "'"; }
    std::string operator()(double number) const { return "'" + std::to_string(number) + "'"; }
  };
  return std::visit(Writer{}, value.held());
}

double number_after(std::string_view label, const std::string& line) {
  const auto at = line.find(label);
  return at == std::string::npos ? 0 : std::stod(line.substr(at + label.size()));
}

// How many rows of tables and entries of indexes a plan that was carried out has looked at, those
// that were left out among them.
double rows_read(const std::string& plan) {
  std::istringstream lines(plan);
  double sum = 0;
  double loops = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("(actual ") != std::string::npos) {
      loops = number_after(" loops=", line);
      if (line.find("Scan") != std::string::npos) sum += loops * number_after(" rows=", line);
    }
    sum += loops * number_after("Rows Removed by Filter: ", line);
    sum += loops * number_after("Rows Removed by Index Recheck: ", line);
  }
  return sum;
}

// Runs each statement and keeps the plans: those that are made once for all values, as the driver
// has them made, carried out without anything that stays.
class ExplainingConnection final : public sql::Connection {
 public:
  explicit ExplainingConnection(sql::Connection& real) : real_(real) {}

  using sql::Connection::query;
  sql::Rows query(std::string_view sql, std::span<const sql::Value> values) override {
    plans_.push_back(plan_of(sql, values));
    return real_.query(sql, values);
  }
  const sql::Dialect& dialect() const override { return real_.dialect(); }

  const std::vector<std::string>& plans() const { return plans_; }
  std::vector<std::string> plans_with(std::string_view index) const {
    std::vector<std::string> some;
    for (const auto& plan : plans_) {
      if (plan.find(index) != std::string::npos) some.push_back(plan);
    }
    return some;
  }

 private:
  std::string plan_of(std::string_view sql, std::span<const sql::Value> values) {
    std::string arguments;
    for (const auto& value : values)
      arguments += (arguments.empty() ? "(" : ", ") + literal(value);
    if (!arguments.empty()) arguments += ")";
    real_.query("SAVEPOINT explaining");
    real_.query("PREPARE explained AS " + std::string(sql));
    const auto rows = real_.query(
        "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)"
        " EXECUTE explained" +
        arguments);
    real_.query("DEALLOCATE explained");
    real_.query("ROLLBACK TO SAVEPOINT explaining");
    auto plan = std::string(sql) + "\n";
    for (const sql::Row row : rows)
      plan += row.text(std::size_t{0}) + "\n";
    return plan;
  }

  sql::Connection& real_;
  std::vector<std::string> plans_;
};

class PostgresPlan : public OnEachEngine {
 protected:
  // So many jobs that finished a second after each other, with an account each, the last one now.
  void fill(std::int64_t n) {
    const auto from = " FROM generate_series(1, " + std::to_string(n) + ") n";
    const auto at = "CAST(" + std::to_string(now() - n * 1000) + " AS BIGINT) + n * 1000";
    for (const auto& statement : {
             "INSERT INTO queue_items (lane, kind, payload, status, priority, run_at, attempts,"
             " max_attempts, fence, history, created_at, finished_at)"
             " SELECT 'jobs', 'accounts', '{}', 'done', 1, 0, 1, 4, 1, '[]', 0, " +
                 at + from,
             std::string(
                 "INSERT INTO jobs (id, item_id, kind, units, successful, failed, test_mode,"
                 " updated_at) SELECT md5(CAST(id AS TEXT)), id, 'accounts', 1, 1, 0,"
                 " FALSE, 0 FROM queue_items"),
             "INSERT INTO users (email, max_concurrent_bots, data, created_at)"
             " SELECT n || '@a.invalid', 1, '{}', 0" +
                 from,
             std::string("INSERT INTO accounts (user_id, username, job_id, unit, created_at)"
                         " SELECT jobs.item_id, jobs.item_id, jobs.id, 0, 0 FROM jobs"),
             std::string("INSERT INTO job_events (job_id, event, at, data, published_at)"
                         " SELECT jobs.id, 'job_completed', finished_at, '{}', 0"
                         " FROM jobs JOIN queue_items ON queue_items.id = item_id"),
         })
      write([&](sql::Connection& connection) { connection.query(statement); });
    write([](sql::Connection& connection) { connection.query("ANALYZE"); });
  }
};

// A limit ends each walk along the index at its first entry, however many there are.
TEST_P(PostgresPlan, AClaimReadsNoMoreOfWhatWaitsThanItTakes) {
  const auto plans = write([this](sql::Connection& connection) {
    queue::enqueue(connection, {.lane = "l", .kind = "k"}, now());
    ExplainingConnection explaining(connection);
    queue::claim(explaining, {"l", "me", Millis{1000}}, 9, now());
    queue::next_run_at(explaining, "l");
    return explaining.plans_with("queue_items_ready");
  });

  EXPECT_EQ(plans.size(), 3) << "the candidates, and twice the outlook";
  for (const auto& plan : plans)
    EXPECT_EQ(count_of("using queue_items_ready", plan), count_of("Limit ", plan)) << plan;
}

// Of 20,000 finished jobs ten are shown, and one waits.
TEST_P(PostgresPlan, TheMirrorOfTheJobsReadsNothingOfThoseThatAreNotShown) {
  fill(20'000);
  write([this](sql::Connection& connection) {
    const jobs::NewJob job;
    jobs::JobStore(connection).create(std::span(&job, 1), {}, now());
    connection.query("UPDATE job_events SET published_at = NULL WHERE id >= 20000");
  });
  const auto shown_after = now() - 10'000;

  const auto plans = write([&](sql::Connection& connection) {
    ExplainingConnection explaining(connection);
    jobs::MirrorStore store(explaining);
    EXPECT_EQ(store.news(shown_after, 1000).jobs.size(), 2U);
    EXPECT_EQ(store.count_waiting(), 1);
    std::size_t jobs = 0;
    for (std::optional<jobs::ShownPlace> place = jobs::ShownPlace{}; place;) {
      const auto page = store.shown(*place, shown_after, 1000);
      jobs += page.jobs.size();
      place = page.next;
    }
    EXPECT_EQ(jobs, 11U);
    return explaining.plans();
  });

  EXPECT_EQ(plans.size(), 12U);
  for (const auto& plan : plans)
    EXPECT_LE(rows_read(plan), 400) << plan;
}

TEST_P(PostgresPlan, ItSeesWhatIsReadInVain) {
  fill(2'000);
  const auto plans = write([](sql::Connection& connection) {
    ExplainingConnection explaining(connection);
    explaining.query("SELECT id FROM job_events WHERE data = $1", {"x"});
    explaining.query("SELECT id FROM job_events WHERE id > $1 AND data = $2 ORDER BY id LIMIT 1",
                     {1000, "x"});
    explaining.query("SELECT id FROM job_events WHERE id = $1", {1000});
    return explaining.plans();
  });

  EXPECT_EQ(rows_read(plans.at(0)), 2000) << plans[0];
  EXPECT_GE(rows_read(plans.at(1)), 1000) << plans[1];
  EXPECT_EQ(rows_read(plans.at(2)), 1) << plans[2];
}

// Of 20,000 events the last six are so young that one before them may be committed yet.
TEST_P(PostgresPlan, WhoeverFollowsTheEventsOfJobsReadsNoMoreThanThePageAndWhatIsYoung) {
  fill(20'000);

  const auto plans = write([&](sql::Connection& connection) {
    ExplainingConnection explaining(connection);
    jobs::EventStore store(explaining);
    EXPECT_EQ(store.settled(now()), 20'000);
    EXPECT_EQ(store.newest(), 20'000);
    EXPECT_EQ(store.page({.since = 19'990}, now()).events.size(), 10U);
    EXPECT_EQ(store.page({.since = 5}, now()).events.size(), 100U);
    EXPECT_EQ(store.page({.since = 19'990, .owner_user_id = 7}, now()).events.size(), 0U);
    const auto one = store.page({.since = 7, .limit = 1}, now()).events.at(0).job_id;
    EXPECT_EQ(store.page({.job_id = one, .owner_user_id = 7}, now()).events.size(), 0U);
    EXPECT_EQ(store.page({.job_id = one}, now()).events.size(), 1U);
    EXPECT_EQ(store.purge_before(now() - 19'990'000, 100), 9U);
    return explaining.plans();
  });

  for (const auto& plan : plans)
    EXPECT_LE(rows_read(plan), 400) << plan;
}

INSTANTIATE_TEST_SUITE_P(Engines, PostgresPlan, testing::ValuesIn(engines()), name_of_case);

}  // namespace
}  // namespace bot::store
