// What an engine tells of its own work.
#include <future>

#include "tests/contract/engines.hpp"

namespace bot::store {
namespace {

class StatisticsContract : public OnEachEngine {};

TEST_P(StatisticsContract, CountReadsAndWritesByHowLongTheyTook) {
  const auto writes = database_->statistics().seconds.total();
  const auto reads = database_->read_statistics().seconds.total();

  write([](sql::Connection& connection) { connection.query("SELECT 1"); });
  read([](sql::Connection& connection) { connection.query("SELECT 1"); });
  database_->read_one([](sql::Connection& connection) { connection.query("SELECT 1"); });

  EXPECT_EQ(database_->statistics().seconds.total(), writes + 1);
  EXPECT_EQ(database_->read_statistics().seconds.total(), reads + 2);
  EXPECT_GT(database_->read_statistics().seconds.sum, 0);
}

TEST_P(StatisticsContract, CountReadsThatFail) {
  const auto reads = database_->read_statistics().seconds.total();
  EXPECT_ANY_THROW(
      read([](sql::Connection& connection) { connection.query("SELECT nothing FROM nowhere"); }));
  EXPECT_EQ(database_->read_statistics().seconds.total(), reads + 1);
}

TEST_P(StatisticsContract, TellHowManyConnectionsAreLent) {
  EXPECT_EQ(database_->pool_use().in_use, 0u);
  EXPECT_GT(database_->pool_use().most, 0u);
  PoolUse during;
  read([&](sql::Connection&) { during = database_->pool_use(); });
  EXPECT_EQ(during.in_use, 1u);
  EXPECT_EQ(during.waiting, 0u);
  EXPECT_EQ(database_->pool_use().in_use, 0u);
}

TEST_P(StatisticsContract, TellWhoWaitsForAConnection) {
  const auto most = database_->pool_use().most;
  std::promise<void> release;
  const auto released = release.get_future().share();
  std::vector<std::future<void>> readers;
  for (std::size_t i = 0; i < most + 1; ++i) {
    readers.push_back(
        std::async(std::launch::async, [&] { read([&](sql::Connection&) { released.wait(); }); }));
  }

  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (database_->pool_use().waiting == 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();

  EXPECT_EQ(database_->pool_use().waiting, 1u);
  EXPECT_EQ(database_->pool_use().in_use, most);
  release.set_value();
  for (auto& reader : readers)
    reader.get();
}

INSTANTIATE_TEST_SUITE_P(Statistics,
                         StatisticsContract,
                         testing::ValuesIn(engines()),
                         name_of_case);

}  // namespace
}  // namespace bot::store
