// PostgreSQL behind the Engine seam. Writes of many callers run at once, each in a transaction of
// its own at READ COMMITTED: what a write decides upon, it locks.
#pragma once

#include <memory>

#include "server/store/database.hpp"
#include "server/store/engine.hpp"

namespace bot::store {

// Connects, migrates and starts. Throws bot::Unavailable or sql::Fault.
std::unique_ptr<Engine> open_postgres_engine(const DatabaseOptions& options, UnixMillis now);

MigrationStatus inspect_postgres_schema(const DatabaseOptions& options);

}  // namespace bot::store
