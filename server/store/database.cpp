#include "server/store/database.hpp"

#include <chrono>

#include "server/store/migrations.hpp"
#include "server/store/postgres_engine.hpp"
#include "server/store/setting_store.hpp"
#include "server/store/sqlite_engine.hpp"

namespace bot::store {
namespace {

std::unique_ptr<Engine> open_engine(const DatabaseOptions& options, UnixMillis now) {
  return options.url.empty() ? open_sqlite_engine(options, now)
                             : open_postgres_engine(options, now);
}

}  // namespace

Database::Database(const DatabaseOptions& options, const Clock& clock)
    : clock_(clock),
      write_wait_(options.write_wait),
      engine_(open_engine(options, clock.now_ms())) {}

Database::~Database() = default;

void Database::give_up(detail::Waited waited) {
  ++given_up_;
  const auto limit = std::to_string(write_wait_.count()) + " ms";
  if (waited == detail::Waited::withdrawn)
    throw Unavailable("the writer did not come to a write within " + limit + "; it was withdrawn",
                      "the database is busy; try again");
  throw Unavailable("a write was not durable within " + limit + "; it may become so later",
                    "the database did not answer in time; what was asked may still be done");
}

WriteStatistics Database::statistics() const {
  auto statistics = engine_->statistics();
  statistics.given_up = given_up_;
  return statistics;
}

// Also what failed: whoever waited for it has waited.
void Database::read_and_time(ReadBy way, const Reading& reading) {
  const auto since = std::chrono::steady_clock::now();
  const auto note = [&](void*) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - since;
    const std::lock_guard lock(reads_mutex_);
    reads_.seconds.add(took.count());
  };
  const std::unique_ptr<void, decltype(note)> at_the_end(this, note);
  (*engine_.*way)(reading);
}

ReadStatistics Database::read_statistics() const {
  const std::lock_guard lock(reads_mutex_);
  return reads_;
}

Status Database::backup_to(const std::filesystem::path& to) {
  return engine_->copy_to(to);
}

Status Database::check() {
  try {
    read([](sql::Connection& connection) { connection.query("SELECT 1"); });
    const auto writes = engine_->statistics();
    if (writes.last_commit_failed || writes.hangs) {
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

MigrationStatus inspect_schema(const DatabaseOptions& options) {
  return options.url.empty() ? inspect_sqlite_schema(options) : inspect_postgres_schema(options);
}

}  // namespace bot::store
