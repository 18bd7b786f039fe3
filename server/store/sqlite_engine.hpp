// SQLite behind the Engine seam.
#pragma once

#include <memory>

#include "server/store/database.hpp"
#include "server/store/engine.hpp"

namespace bot::store {

// Opens, migrates and starts the writer.
std::unique_ptr<Engine> open_sqlite_engine(const DatabaseOptions& options, UnixMillis now);

// Of a file that may not be there.
MigrationStatus inspect_sqlite_schema(const DatabaseOptions& options);

}  // namespace bot::store
