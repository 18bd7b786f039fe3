#include "server/store/sqlite_engine.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

#include "drivers/sqlite/connection.hpp"
#include "server/store/migrations.hpp"

namespace bot::store {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::int64_t writer_cache_kib = std::int64_t{64} * 1024;

// A folder for a database that shall not outlive the program; in memory where the system has that.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const std::filesystem::path memory = "/dev/shm";
    const auto parent =
        std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
    std::string pattern = parent / "botd-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr)
      throw Unavailable("cannot create a folder in " + parent.string());
    path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Waiting {
  std::shared_ptr<WriteTask> task;
  SteadyTime since;
  std::exception_ptr failure = nullptr;
};

using Batch = std::vector<Waiting>;

// Owns the one writing connection and the thread that runs batches on it.
class GroupCommitWriter {
 public:
  GroupCommitWriter(std::unique_ptr<sql::SqliteConnection> connection,
                    const DatabaseOptions& options)
      : connection_(std::move(connection)),
        max_waiting_(options.max_waiting_writes),
        max_batch_(options.max_batch),
        longest_batch_(options.write_wait),
        thread_([this] { run(); }) {}

  GroupCommitWriter(const GroupCommitWriter&) = delete;
  GroupCommitWriter& operator=(const GroupCommitWriter&) = delete;

  ~GroupCommitWriter() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    something_waits_.notify_one();
    thread_.join();
  }

  void submit(std::shared_ptr<WriteTask> task) {
    {
      const std::lock_guard lock(mutex_);
      if (ending_) throw Unavailable("the database is being closed");
      if (queue_.size() >= max_waiting_) refuse("the database queue is full");
      const auto now = std::chrono::steady_clock::now();
      // Whoever waited behind it would be given up in the end: better at once.
      if (hangs(now)) refuse("the database does not answer; try again");
      queue_.push_back({std::move(task), now});
    }
    something_waits_.notify_one();
  }

  WriteStatistics statistics() const {
    const std::lock_guard lock(mutex_);
    auto statistics = statistics_;
    statistics.waiting = queue_.size();
    statistics.hangs = hangs(std::chrono::steady_clock::now());
    return statistics;
  }

  bool on_this_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  // REQUIRES: mutex_ is held.
  bool hangs(SteadyTime now) const { return batch_since_ && now - *batch_since_ > longest_batch_; }

  struct Tally {
    std::uint64_t commits = 0;
    std::uint64_t syncs = 0;
    std::uint64_t failed_commits = 0;
  };

  void run() {
    Batch batch;
    while (take(batch)) {
      for (std::size_t done = 0; done < batch.size();)
        done = store_from(batch, done);
      batch.clear();
    }
  }

  // REQUIRES: mutex_ is held.
  [[noreturn]] void refuse(const char* why) {
    ++statistics_.refused;
    throw Unavailable(why);
  }

  // False at the end, when nothing waits any more.
  bool take(Batch& batch) {
    std::unique_lock lock(mutex_);
    batch_since_.reset();
    something_waits_.wait(lock, [&] { return ending_ || !queue_.empty(); });
    while (!queue_.empty() && batch.size() < max_batch_) {
      batch.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    batch_since_ = std::chrono::steady_clock::now();
    return !batch.empty();
  }

  // Stores the tasks from `first` on in one transaction and finishes them; returns the first task
  // that it did not come to, because the engine gave the transaction up.
  std::size_t store_from(Batch& batch, std::size_t first) {
    std::size_t next = first;
    Tally tally;
    try {
      give_up_transaction();  // one that could not be given up last time
      const auto changes_before = connection_->total_changes();
      connection_->query("BEGIN IMMEDIATE");
      while (next < batch.size()) {
        Waiting& current = batch[next++];
        run_in_savepoint(current);
        if (!connection_->in_transaction()) throw_given_up(current);
      }
      connection_->query("COMMIT");
      ++tally.commits;
      if (connection_->total_changes() != changes_before) ++tally.syncs;
    } catch (...) {
      ++tally.failed_commits;
      // Without a transaction the others would fail the same way.
      if (next == first) next = batch.size();
      fail(batch, first, next, std::current_exception());
      give_up_transaction();
    }
    finish(batch, first, next, tally);
    return next;
  }

  void run_in_savepoint(Waiting& waiting) {
    connection_->query("SAVEPOINT one_write");
    auto wish = WriteTask::Wish::roll_back;
    try {
      wish = waiting.task->run(*connection_);
    } catch (...) {
      waiting.failure = std::current_exception();
    }
    if (!connection_->in_transaction()) return;
    if (wish == WriteTask::Wish::roll_back) {
      connection_->query("ROLLBACK TO one_write");
      rolled_back_ += 1;
    }
    connection_->query("RELEASE one_write");
  }

  // The engine rolled everything back by itself, as it does when the disk is full.
  [[noreturn]] static void throw_given_up(const Waiting& current) {
    if (current.failure) std::rethrow_exception(current.failure);
    throw Unavailable("the database gave up the transaction");
  }

  // Whoever failed by itself keeps its own reason.
  static void fail(Batch& batch,
                   std::size_t first,
                   std::size_t end,
                   const std::exception_ptr& reason) {
    for (std::size_t i = first; i < end; ++i) {
      if (!batch[i].failure) batch[i].failure = reason;
    }
  }

  void give_up_transaction() noexcept {
    if (!connection_->in_transaction()) return;
    try {
      connection_->query("ROLLBACK");
    } catch (const std::exception&) {
      return;  // nothing of it was acknowledged; it is tried again before the next transaction
    }
  }

  void finish(Batch& batch, std::size_t first, std::size_t end, const Tally& tally) {
    const auto now = std::chrono::steady_clock::now();
    {
      const std::lock_guard lock(mutex_);
      // Whoever is told of these may write at once.
      batch_since_ = now;
      statistics_.commits += tally.commits;
      statistics_.syncs += tally.syncs;
      statistics_.failed_commits += tally.failed_commits;
      statistics_.last_commit_failed = tally.failed_commits != 0;
      statistics_.writes += end - first;
      statistics_.rolled_back += std::exchange(rolled_back_, 0);
      statistics_.batch_size.add(static_cast<double>(end - first));
      for (std::size_t i = first; i < end; ++i)
        statistics_.seconds.add(std::chrono::duration<double>(now - batch[i].since).count());
    }
    for (std::size_t i = first; i < end; ++i)
      batch[i].task->finish(std::move(batch[i].failure));
  }

  std::unique_ptr<sql::SqliteConnection> connection_;  // used by the thread only
  std::uint64_t rolled_back_ = 0;                      // likewise
  const std::size_t max_waiting_;
  const std::size_t max_batch_;
  const Millis longest_batch_;
  mutable std::mutex mutex_;
  std::condition_variable something_waits_;
  std::deque<Waiting> queue_;
  // When the writer took what it works on, or came to an end with a part of it.
  std::optional<SteadyTime> batch_since_;
  bool ending_ = false;
  WriteStatistics statistics_;
  std::thread thread_;  // last: it uses all of the above
};

// Connections for reading, lent one at a time.
class ReaderPool {
 public:
  ReaderPool(const sql::SqliteOptions& options, int size, Millis wait)
      : wait_(wait), most_(static_cast<std::size_t>(size)) {
    for (int i = 0; i < size; ++i)
      free_.push_back(std::make_unique<sql::SqliteConnection>(options));
  }

  void read(const std::function<void(sql::Connection&)>& reading) {
    const Loan loan(*this);
    loan.connection().query("BEGIN");
    const EndOfSnapshot end{loan.connection()};
    reading(loan.connection());
  }

  PoolUse use() const {
    const std::lock_guard lock(mutex_);
    return {.most = most_, .in_use = most_ - free_.size(), .waiting = waiting_};
  }

  // Without a transaction of its own around it.
  void copy_to(const std::filesystem::path& to) { Loan(*this).connection().copy_to(to); }

 private:
  class Loan {
   public:
    explicit Loan(ReaderPool& pool) : pool_(pool), connection_(pool.take()) {}
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() { pool_.give_back(std::move(connection_)); }
    sql::SqliteConnection& connection() const { return *connection_; }

   private:
    ReaderPool& pool_;
    std::unique_ptr<sql::SqliteConnection> connection_;
  };

  struct EndOfSnapshot {
    sql::SqliteConnection& connection;
    explicit EndOfSnapshot(sql::SqliteConnection& reader) : connection(reader) {}
    EndOfSnapshot(const EndOfSnapshot&) = delete;
    EndOfSnapshot& operator=(const EndOfSnapshot&) = delete;
    ~EndOfSnapshot() {
      try {
        connection.query("ROLLBACK");
      } catch (const std::exception&) {
        return;  // there was nothing left to end
      }
    }
  };

  std::unique_ptr<sql::SqliteConnection> take() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    const bool found = came_back_.wait_for(lock, wait_, [&] { return !free_.empty(); });
    --waiting_;
    if (!found) throw Unavailable("all readers of the database are busy");
    auto connection = std::move(free_.back());
    free_.pop_back();
    return connection;
  }

  void give_back(std::unique_ptr<sql::SqliteConnection> connection) {
    {
      const std::lock_guard lock(mutex_);
      free_.push_back(std::move(connection));
    }
    came_back_.notify_one();
  }

  const Millis wait_;
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::condition_variable came_back_;
  std::size_t waiting_ = 0;  // guarded by mutex_
  std::vector<std::unique_ptr<sql::SqliteConnection>> free_;
};

sql::SqliteOptions options_for(const DatabaseOptions& options,
                               const std::string& path,
                               sql::SqliteOptions::Access access) {
  sql::SqliteOptions result{.path = path,
                            .access = access,
                            .busy_timeout = options.busy_timeout,
                            .vfs = options.sqlite_vfs};
  if (access == sql::SqliteOptions::Access::read_write) result.cache_kib = writer_cache_kib;
  return result;
}

std::unique_ptr<sql::SqliteConnection> open_migrated(const DatabaseOptions& options,
                                                     const std::string& path,
                                                     UnixMillis now) {
  auto connection = std::make_unique<sql::SqliteConnection>(
      options_for(options, path, sql::SqliteOptions::Access::read_write));
  migrate(*connection, now);
  return connection;
}

Status copy_into_new_file(const std::filesystem::path& to, const std::function<void()>& copy) {
  std::error_code unknown;
  if (std::filesystem::exists(to, unknown))
    return Error{.code = Errc::conflict,
                 .message = "the file " + to.string() + " is there already",
                 .hint = "name a file that does not exist"};
  try {
    copy();
  } catch (const Unavailable& problem) {
    return Error{.code = Errc::unavailable, .message = problem.what()};
  }
  return Unit{};
}

class SqliteEngine final : public Engine {
 public:
  SqliteEngine(const DatabaseOptions& options, UnixMillis now)
      : folder_(options.path == ":memory:" ? std::make_unique<TemporaryFolder>() : nullptr),
        path_(folder_ ? (folder_->path() / "botd.db").string() : options.path),
        writer_(open_migrated(options, path_, now), options),
        readers_(options_for(options, path_, sql::SqliteOptions::Access::read_only),
                 options.readers,
                 options.reader_wait) {}

  void submit(std::shared_ptr<WriteTask> task) override { writer_.submit(std::move(task)); }
  bool on_writing_thread() const override { return writer_.on_this_thread(); }
  void read(const std::function<void(sql::Connection&)>& reading) override {
    readers_.read(reading);
  }
  WriteStatistics statistics() const override { return writer_.statistics(); }
  PoolUse pool_use() const override { return readers_.use(); }
  const sql::Dialect& dialect() const override { return sql::sqlite_dialect; }

  Status copy_to(const std::filesystem::path& to) override {
    return copy_into_new_file(to, [&] { readers_.copy_to(to); });
  }

 private:
  std::unique_ptr<TemporaryFolder> folder_;  // outlives the connections
  const std::string path_;
  GroupCommitWriter writer_;
  ReaderPool readers_;
};

}  // namespace

std::unique_ptr<Engine> open_sqlite_engine(const DatabaseOptions& options, UnixMillis now) {
  return std::make_unique<SqliteEngine>(options, now);
}

MigrationStatus inspect_sqlite_schema(const DatabaseOptions& options) {
  MigrationStatus nothing{.latest = static_cast<std::int64_t>(migrations().size())};
  for (const auto& step : migrations())
    nothing.pending.emplace_back(step.name);
  std::error_code unknown;
  if (!std::filesystem::exists(options.path, unknown)) return nothing;
  sql::SqliteConnection connection(
      options_for(options, options.path, sql::SqliteOptions::Access::read_only));
  return migration_status_of(connection);
}

Status back_up(const DatabaseOptions& options, const std::filesystem::path& to) {
  return copy_into_new_file(to, [&] {
    sql::SqliteConnection(options_for(options, options.path, sql::SqliteOptions::Access::read_only))
        .copy_to(to);
  });
}

}  // namespace bot::store
