#include "server/store/replica_store.hpp"
#include "tests/contract/engines.hpp"

namespace bot::store {
namespace {

class ReplicaContract : public OnEachEngine {};

TEST_P(ReplicaContract, ReplacesARowAndListsThemById) {
  const ReplicaRow two{"two", "here", "http://127.0.0.1:2", 20};
  write([&](sql::Connection& connection) {
    ReplicaStore replicas(connection);
    replicas.put(two);
    replicas.put({"one", "here", "http://127.0.0.1:1", 10});
    replicas.put({"one", "there", "", 11});
  });

  const auto all = read([](sql::Connection& connection) { return ReplicaStore(connection).all(); });
  EXPECT_EQ(all, (std::vector<ReplicaRow>{{"one", "there", "", 11}, two}));
}

TEST_P(ReplicaContract, RemovesARow) {
  write([](sql::Connection& connection) {
    ReplicaStore replicas(connection);
    replicas.put({"one", "here", "", 1});
    replicas.remove("one");
    replicas.remove("nobody");
  });

  EXPECT_TRUE(
      read([](sql::Connection& connection) { return ReplicaStore(connection).all(); }).empty());
}

INSTANTIATE_TEST_SUITE_P(Engines, ReplicaContract, testing::ValuesIn(engines()), name_of_case);

}  // namespace
}  // namespace bot::store
