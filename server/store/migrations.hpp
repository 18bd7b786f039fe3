// The schema and how it came to be: an append-only list of steps. A released step is never edited.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "drivers/sql.hpp"
#include "server/store/database.hpp"

namespace bot::store {

struct Migration {
  std::string_view name;
  // One statement each; {identity} stands for the dialect's identity column.
  std::vector<std::string_view> statements;
};

// Step n brings the schema to version n + 1.
std::span<const Migration> migrations();

MigrationStatus migration_status_of(sql::Connection& connection);

// Runs what is pending, each step in a transaction of its own. Throws sql::Fault with one sentence
// for a schema of a newer program and for a database that is not ours.
void migrate(sql::Connection& connection, UnixMillis now);

}  // namespace bot::store
