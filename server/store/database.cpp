#include "server/store/database.hpp"

#include "server/store/migrations.hpp"
#include "server/store/setting_store.hpp"
#include "server/store/sqlite_engine.hpp"

namespace bot::store {

Database::Database(const DatabaseOptions& options, const Clock& clock)
    : clock_(clock), engine_(open_sqlite_engine(options, clock.now_ms())) {}

Database::~Database() = default;

Status Database::backup_to(const std::filesystem::path& to) {
  return engine_->copy_to(to);
}

Status Database::check() {
  try {
    read([](sql::Connection& connection) { connection.query("SELECT 1"); });
    if (engine_->statistics().last_commit_failed) {
      write([this](sql::Connection& connection) {
        SettingStore(connection).put("last_probe", std::to_string(clock_.now_ms()));
      });
    }
  } catch (const Fault& problem) {
    return Error{.code = Errc::unavailable, .message = problem.what()};
  }
  return Unit{};
}

MigrationStatus Database::migration_status() {
  return read([](sql::Connection& connection) { return migration_status_of(connection); });
}

}  // namespace bot::store
