// How PostgreSQL looks for the next items when its statistics tell of none that wait.
#include <gtest/gtest.h>

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

// Runs each statement and keeps the plans of those that look at the ready items.
class ExplainingConnection final : public sql::Connection {
 public:
  explicit ExplainingConnection(sql::Connection& real) : real_(real) {}

  using sql::Connection::query;
  sql::Rows query(std::string_view sql, std::span<const sql::Value> values) override {
    const auto rows = real_.query("EXPLAIN " + std::string(sql), values);
    std::string plan;
    for (const sql::Row row : rows)
      plan += row.text(std::size_t{0}) + "\n";
    if (plan.find("queue_items_ready") != std::string::npos) plans_.push_back(plan);
    return real_.query(sql, values);
  }
  const sql::Dialect& dialect() const override { return real_.dialect(); }

  const std::vector<std::string>& plans() const { return plans_; }

 private:
  sql::Connection& real_;
  std::vector<std::string> plans_;
};

class PostgresPlan : public OnEachEngine {};

// A limit ends each walk along the index at its first entry, however many there are.
TEST_P(PostgresPlan, AClaimReadsNoMoreOfWhatWaitsThanItTakes) {
  const auto plans = write([this](sql::Connection& connection) {
    queue::enqueue(connection, {.lane = "l", .kind = "k"}, now());
    ExplainingConnection explaining(connection);
    queue::claim(explaining, {"l", "me", Millis{1000}}, 9, now());
    queue::next_run_at(explaining, "l");
    return explaining.plans();
  });

  EXPECT_EQ(plans.size(), 3) << "the candidates, and twice the outlook";
  for (const auto& plan : plans)
    EXPECT_EQ(count_of("using queue_items_ready", plan), count_of("Limit ", plan)) << plan;
}

INSTANTIATE_TEST_SUITE_P(Engines, PostgresPlan, testing::ValuesIn(engines()), name_of_case);

}  // namespace
}  // namespace bot::store
