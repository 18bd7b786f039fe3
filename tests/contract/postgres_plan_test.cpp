// How PostgreSQL looks for the next items when its statistics tell of none that wait.
#include <gtest/gtest.h>

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

// Runs each statement and keeps the plans.
class ExplainingConnection final : public sql::Connection {
 public:
  explicit ExplainingConnection(sql::Connection& real) : real_(real) {}

  using sql::Connection::query;
  sql::Rows query(std::string_view sql, std::span<const sql::Value> values) override {
    const auto rows = real_.query("EXPLAIN " + std::string(sql), values);
    std::string plan;
    for (const sql::Row row : rows)
      plan += row.text(std::size_t{0}) + "\n";
    plans_.push_back(plan);
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
  for (const auto& plan : plans) {
    for (const auto* table : {"jobs", "job_events", "queue_items", "accounts", "users"}) {
      EXPECT_EQ(plan.find(std::string("Seq Scan on ") + table), std::string::npos) << plan;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, PostgresPlan, testing::ValuesIn(engines()), name_of_case);

}  // namespace
}  // namespace bot::store
