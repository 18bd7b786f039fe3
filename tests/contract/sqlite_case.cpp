#include <filesystem>

#include "base/ids.hpp"
#include "tests/contract/engines.hpp"

namespace bot::store {
namespace {

class SqliteFolder final : public EmptyDatabase {
 public:
  SqliteFolder() { std::filesystem::create_directories(folder_); }
  ~SqliteFolder() override { std::filesystem::remove_all(folder_); }
  DatabaseOptions options() const override { return {.path = folder_ / "botd.db"}; }

 private:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("botd-contract-" + random_hex(12));
};

}  // namespace

std::vector<EngineCase> engines() {
  return {{.name = "sqlite", .make = [] { return std::make_unique<SqliteFolder>(); }}};
}

}  // namespace bot::store
