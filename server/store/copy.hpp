#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/store/database.hpp"

namespace bot::store {

struct CopiedTable {
  std::string name;
  std::int64_t rows = 0;
};

// Copies everything that is stored from one database into another one of the same schema, in one
// transaction there, and then reads both again and compares every row. Nobody may be writing to
// either meanwhile. Errors: conflict when the target holds users, meetings or queue items already,
// or when the copies differ; then nothing of it is kept. Throws what Database::write throws.
Result<std::vector<CopiedTable>> copy_database(Database& from, Database& to);

}  // namespace bot::store
