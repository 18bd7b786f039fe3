// The one door to stored state.
//
// write(f) runs f(sql::Connection&) in a transaction and returns what f returned, but only after
// the commit that covers it is durable. Concurrent writes share one commit (SQLite: one writer
// thread, a savepoint for each write, one sync for the batch), so f must be short: no waiting, no
// network, no other write or read of the Database; with PostgreSQL, where writes run at once, it is
// run again when the engine gave it up for others' sake, so what it leaves outside the database is
// assigned, never added to. An exception out of f undoes f alone and comes
// out of write; a Result that holds an Error undoes f too and is returned. Many threads may call at
// once; on SQLite writes happen in the order of their calls.
//
// read(f) runs f on a connection of its own that sees one consistent, committed state; with
// PostgreSQL again when the session turned out to be lost.
//
// Both throw bot::Unavailable when the engine is busy, full or away, and sql::Fault for what does
// not pass by itself. A write that is not durable after write_wait, because the disk hangs, throws
// bot::Unavailable too. Then f has either not been run and never will be, or has run and its
// changes may become durable later: whoever repeats it has to ask first what is there (an
// idempotency key does). In either case f is not touched any more. While the writer hangs for
// longer than that, further writes are refused at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "base/result.hpp"
#include "drivers/sql.hpp"
#include "server/store/engine.hpp"
#include "server/store/tasks.hpp"
#include "server/store/write_statistics.hpp"

namespace bot::store {

struct DatabaseOptions {
  std::string path = {};  // of the SQLite file, or ":memory:": a file in memory, gone at the end
  std::string url = {};   // postgresql://…: that server instead of a file; may hold a password
  std::size_t max_waiting_writes = 2048;
  std::size_t max_batch = 256;  // writes in one commit
  int readers = 4;              // connections for reading
  Millis reader_wait{2000};     // how long a read waits for one of them
  // How long a transaction waits for another process. A write that comes while one waits is
  // refused after twice this, and has to be within 5 s (design §3).
  Millis busy_timeout{2000};
  // How long a caller of write waits, likewise within 5 s; with PostgreSQL all that a read or a
  // write takes: the wait for a session, its statements and its repetitions.
  Millis write_wait{4500};
  std::string sqlite_vfs = {};     // for tests
  std::size_t most_sessions = 16;  // with PostgreSQL
  // With PostgreSQL, of one statement; see sql::PostgresOptions.
  Millis statement_timeout{3000};
};

struct MigrationStatus {
  std::int64_t current = 0;               // of the stored schema; 0: nothing is stored
  std::int64_t latest = 0;                // what this program knows
  std::vector<std::string> pending = {};  // names, in order
};

// Thread-safe.
class Database {
 public:
  // Opens or creates the database and brings its schema up to date. Throws sql::Fault with one
  // sentence when it cannot, also for a schema of a newer program.
  Database(const DatabaseOptions& options, const Clock& clock);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // `late()` is called on the writer's thread when the caller was told that the write is given up
  // and it has become durable nevertheless; it must own what it uses, be quick and not throw.
  template <typename F, typename Late = detail::TellNobody>
  detail::Answer<F> write(F&& f, Late late = {}) {
    if (engine_->on_writing_thread())
      throw std::logic_error("a write was begun inside another one");
    const auto task =
        std::make_shared<detail::WaitingTask<std::remove_reference_t<F>, Late>>(f, std::move(late));
    engine_->perform(task);
    const auto waited = task->wait(write_wait_);
    if (waited != detail::Waited::finished) give_up(waited);
    return task->take();
  }

  // Does not block: `callback(Completed<…>)` is called on the writer's thread when the write is
  // durable or has failed; it must be quick and must not throw. Throws bot::Unavailable, without
  // calling back, when too many writes wait.
  template <typename F, typename Callback>
  void write_async(F&& f, Callback&& callback) {
    engine_->submit(std::make_shared<detail::CallingTask<std::decay_t<F>, std::decay_t<Callback>>>(
        std::forward<F>(f), std::forward<Callback>(callback)));
  }

  template <typename F>
  detail::Answer<F> read(F&& f) {
    return read_by(&Engine::read, f);
  }

  // read(f) for an f that runs one SELECT: cheaper with PostgreSQL, where a second statement might
  // see a later state and a write would not be refused.
  template <typename F>
  detail::Answer<F> read_one(F&& f) {
    return read_by(&Engine::read_one, f);
  }

  // Copies the database into a new file of mode 0600 while it is in use. Errc::conflict when the
  // file is there already, Errc::unavailable when it cannot be written.
  Status backup_to(const std::filesystem::path& to);

  // For /ready: can the database be read, and did the last commit succeed and does none hang (if
  // not, tries one). The error has the engine's own words, which are for the log.
  Status check();

  WriteStatistics statistics() const;
  ReadStatistics read_statistics() const;
  PoolUse pool_use() const { return engine_->pool_use(); }
  MigrationStatus migration_status();
  const sql::Dialect& dialect() const { return engine_->dialect(); }

 private:
  [[noreturn]] void give_up(detail::Waited waited);
  using Reading = std::function<void(sql::Connection&)>;
  using ReadBy = void (Engine::*)(const Reading&);
  template <typename F>
  detail::Answer<F> read_by(ReadBy way, F& f) {
    std::optional<detail::Answer<F>> answer;
    read_and_time(way, [&](sql::Connection& connection) {
      answer.emplace(detail::answer_of(f, connection));
    });
    return *std::move(answer);
  }
  void read_and_time(ReadBy way, const Reading& reading);

  const Clock& clock_;
  const Millis write_wait_;
  std::atomic<std::uint64_t> given_up_{0};
  mutable std::mutex reads_mutex_;
  ReadStatistics reads_;  // guarded by reads_mutex_
  std::unique_ptr<Engine> engine_;
};

// What `botd migrate` would do, without doing it. Throws sql::Fault when the file is there but
// cannot be read.
MigrationStatus inspect_schema(const DatabaseOptions& options);

// Database::backup_to for a file that another process may be using: the schema stays as it is.
// REQUIRES: the file is there.
Status back_up(const DatabaseOptions& options, const std::filesystem::path& to);

}  // namespace bot::store
