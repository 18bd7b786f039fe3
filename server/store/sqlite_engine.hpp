// SQLite behind the Engine seam: the only file of the store that knows which engine runs.
#pragma once

#include <memory>

#include "server/store/database.hpp"
#include "server/store/engine.hpp"

namespace bot::store {

// Opens, migrates and starts the writer.
std::unique_ptr<Engine> open_sqlite_engine(const DatabaseOptions& options, UnixMillis now);

}  // namespace bot::store
