#pragma once

#include <string>

#include "server/app/config.hpp"
#include "server/store/database.hpp"

namespace bot::app {

// The database that the settings choose: PostgreSQL, or the SQLite file of this path.
inline store::DatabaseOptions database_options(const Config& config,
                                               const std::string& sqlite_path) {
  return {.path = sqlite_path,
          .url = config.database_url,
          .most_sessions = static_cast<std::size_t>(config.database_connections)};
}

}  // namespace bot::app
