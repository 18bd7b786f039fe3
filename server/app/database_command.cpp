#include "server/app/database_command.hpp"

#include <ostream>

#include "server/app/data_dir.hpp"
#include "server/app/database_options.hpp"
#include "server/store/database.hpp"

namespace bot::app {
namespace {

void print_migrations(const store::MigrationStatus& status, std::ostream& out) {
  out << "schema " << status.current << " of " << status.latest << '\n';
  for (const auto& name : status.pending)
    out << "pending " << name << '\n';
}

std::string database_path(const Config& config) {
  return config.data_dir + "/botd.db";
}

}  // namespace

Status show_schema(const Config& config, std::ostream& out) {
  print_migrations(store::inspect_schema(database_options(config, database_path(config))), out);
  return Unit{};
}

Status bring_schema_up(const Config& config, const Clock& clock, std::ostream& out) {
  // Servers that use PostgreSQL go on meanwhile; a SQLite file must have none.
  if (!config.database_url.empty()) {
    print_migrations(store::Database(database_options(config, ""), clock).migration_status(), out);
    return Unit{};
  }
  const auto data_dir = DataDir::open(config.data_dir);
  if (!data_dir) return data_dir.error();
  store::Database database({.path = data_dir->database_path()}, clock);
  print_migrations(database.migration_status(), out);
  return Unit{};
}

Status back_up_database(const Config& config, const std::string& file, std::ostream& out) {
  if (!config.database_url.empty()) {
    return Error{.code = Errc::invalid_argument,
                 .message = "botd backup copies SQLite files, and the database is PostgreSQL",
                 .hint = "use pg_dump, or botd copy --to sqlite:FILE"};
  }
  const auto path = database_path(config);
  const auto schema = store::inspect_schema({.path = path});
  if (schema.current == 0) {
    return Error{.code = Errc::not_found,
                 .message = "there is no database at " + path,
                 .hint = "name the server's directory with --data-dir"};
  }
  if (auto saved = store::back_up({.path = path}, file); !saved) return saved;
  out << file << '\n';
  return Unit{};
}

}  // namespace bot::app
