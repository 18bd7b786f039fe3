#include "tests/contract/engines.hpp"
#include "tests/fakes/drivers/postgres_schema.hpp"

namespace bot::store {
namespace {

class PostgresDatabase final : public EmptyDatabase {
 public:
  DatabaseOptions options() const override { return {.url = schema_.url(), .most_sessions = 4}; }

 private:
  sql::PostgresSchema schema_;
};

}  // namespace

std::vector<EngineCase> engines() {
  return {{.name = "postgresql", .make = [] { return std::make_unique<PostgresDatabase>(); }}};
}

}  // namespace bot::store
