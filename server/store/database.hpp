// The one door to stored state.
//
// write(f) runs f(sql::Connection&) in a transaction and returns what f returned, but only after
// the commit that covers it is durable. Concurrent writes share one commit (SQLite: one writer
// thread, a savepoint for each write, one sync for the batch), so f must be short: no waiting, no
// network, no other write or read of the Database. An exception out of f undoes f alone and comes
// out of write; a Result that holds an Error undoes f too and is returned. Many threads may call at
// once; writes happen in the order of their calls.
//
// read(f) runs f on a connection of its own that sees one consistent, committed state.
//
// Both throw bot::Unavailable when the engine is busy, full or away, and sql::Fault for what does
// not pass by itself.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
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
#include "server/store/signal.hpp"
#include "server/store/write_statistics.hpp"

namespace bot::store {

struct DatabaseOptions {
  std::string path;  // of the SQLite file, or ":memory:": a file in memory, gone at the end
  std::size_t max_waiting_writes = 2048;
  std::size_t max_batch = 256;  // writes in one commit
  int readers = 4;              // connections for reading
  Millis reader_wait{5000};     // how long a read waits for one of them
  // How long a transaction waits for another process. A write that comes while one waits is
  // refused after twice this, and has to be within 5 s (design §3).
  Millis busy_timeout{2000};
  std::string sqlite_vfs = {};  // for tests
};

struct MigrationStatus {
  std::int64_t current = 0;               // of the stored schema; 0: nothing is stored
  std::int64_t latest = 0;                // what this program knows
  std::vector<std::string> pending = {};  // names, in order
};

// What a write came to, for write_async.
template <typename T>
class Completed {
 public:
  Completed(T value) : value_(std::move(value)) {}
  Completed(std::exception_ptr failure) : failure_(std::move(failure)) {}

  // The value, or throws what write would have thrown.
  T get() && {
    if (failure_) std::rethrow_exception(failure_);
    return *std::move(value_);
  }
  bool failed() const { return failure_ != nullptr; }

 private:
  std::optional<T> value_;
  std::exception_ptr failure_;
};

namespace detail {

template <typename T>
struct IsResult : std::false_type {};
template <typename T>
struct IsResult<Result<T>> : std::true_type {};

// What F returns; void becomes Unit.
template <typename F>
using Answer = std::conditional_t<std::is_void_v<std::invoke_result_t<F&, sql::Connection&>>,
                                  Unit,
                                  std::invoke_result_t<F&, sql::Connection&>>;

template <typename F>
Answer<F> answer_of(F& f, sql::Connection& connection) {
  if constexpr (std::is_void_v<std::invoke_result_t<F&, sql::Connection&>>) {
    f(connection);
    return Unit{};
  } else {
    return f(connection);
  }
}

template <typename T>
WriteTask::Wish wish_of(const T& answer) {
  if constexpr (IsResult<T>::value) {
    return answer.has_value() ? WriteTask::Wish::keep : WriteTask::Wish::roll_back;
  } else {
    return WriteTask::Wish::keep;
  }
}

// A write whose caller waits on its own stack.
template <typename F>
class WaitingTask final : public WriteTask {
 public:
  explicit WaitingTask(F& f) : f_(f) {}

  Wish run(sql::Connection& connection) override {
    answer_.emplace(answer_of(f_, connection));
    return wish_of(*answer_);
  }
  void finish(std::exception_ptr failure) noexcept override {
    failure_ = std::move(failure);
    finished_.raise();
  }
  Answer<F> wait() {
    finished_.wait();
    if (failure_) std::rethrow_exception(failure_);
    return *std::move(answer_);
  }

 private:
  F& f_;
  std::optional<Answer<F>> answer_;
  std::exception_ptr failure_;
  Signal finished_;
};

// A write that calls back and then deletes itself.
template <typename F, typename Callback>
class CallingTask final : public WriteTask {
 public:
  CallingTask(F f, Callback callback) : f_(std::move(f)), callback_(std::move(callback)) {}

  Wish run(sql::Connection& connection) override {
    answer_.emplace(answer_of(f_, connection));
    return wish_of(*answer_);
  }
  void finish(std::exception_ptr failure) noexcept override {
    const std::unique_ptr<CallingTask> self(this);
    if (failure) {
      callback_(Completed<Answer<F>>(std::move(failure)));
    } else {
      callback_(Completed<Answer<F>>(*std::move(answer_)));
    }
  }

 private:
  F f_;
  Callback callback_;
  std::optional<Answer<F>> answer_;
};

}  // namespace detail

// Thread-safe.
class Database {
 public:
  // Opens or creates the database and brings its schema up to date. Throws sql::Fault with one
  // sentence when it cannot, also for a schema of a newer program.
  Database(const DatabaseOptions& options, const Clock& clock);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  template <typename F>
  detail::Answer<F> write(F&& f) {
    if (engine_->on_writing_thread())
      throw std::logic_error("a write was begun inside another one");
    detail::WaitingTask<std::remove_reference_t<F>> task(f);
    engine_->submit(task);
    return task.wait();
  }

  // Does not block: `callback(Completed<…>)` is called on the writer's thread when the write is
  // durable or has failed; it must be quick and must not throw. Throws bot::Unavailable, without
  // calling back, when too many writes wait.
  template <typename F, typename Callback>
  void write_async(F&& f, Callback&& callback) {
    auto task = std::make_unique<detail::CallingTask<std::decay_t<F>, std::decay_t<Callback>>>(
        std::forward<F>(f), std::forward<Callback>(callback));
    engine_->submit(*task);
    task.release();
  }

  template <typename F>
  detail::Answer<F> read(F&& f) {
    std::optional<detail::Answer<F>> answer;
    engine_->read(
        [&](sql::Connection& connection) { answer.emplace(detail::answer_of(f, connection)); });
    return *std::move(answer);
  }

  // Copies the database into a new file of mode 0600 while it is in use. Errc::conflict when the
  // file is there already, Errc::unavailable when it cannot be written.
  Status backup_to(const std::filesystem::path& to);

  // For /ready: can the database be read, and did the last commit succeed (if not, tries one). The
  // error has the engine's own words, which are for the log.
  Status check();

  WriteStatistics statistics() const { return engine_->statistics(); }
  MigrationStatus migration_status();
  const sql::Dialect& dialect() const { return engine_->dialect(); }

 private:
  const Clock& clock_;
  std::unique_ptr<Engine> engine_;
};

// What `botd migrate` would do, without doing it. Throws sql::Fault when the file is there but
// cannot be read.
MigrationStatus inspect_schema(const DatabaseOptions& options);

// Database::backup_to for a file that another process may be using: the schema stays as it is.
// REQUIRES: the file is there.
Status back_up(const DatabaseOptions& options, const std::filesystem::path& to);

}  // namespace bot::store
