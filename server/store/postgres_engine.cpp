#include "server/store/postgres_engine.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/backoff.hpp"
#include "base/trace.hpp"
#include "server/store/migrations.hpp"
#include "server/store/postgres_pool.hpp"

namespace bot::store {
namespace {

using std::chrono::steady_clock;
using Loss = sql::PostgresConnection::Loss;

sql::PostgresOptions session_options(const DatabaseOptions& options) {
  return {.url = options.url, .statement_timeout = options.statement_timeout};
}

// Until when a read or a write that begins now may last. What is done for a request has to be
// answered in time also when it waited for a worker or for something else before; what is done late
// in a long piece of work gets a moment of its own.
steady_clock::time_point limit_of(Millis longest) {
  constexpr Millis moment{700};
  const auto now = steady_clock::now();
  const auto& arrived = current_trace().arrived;
  if (!arrived || longest <= moment) return now + longest;
  return std::clamp(*arrived + longest - moment, now + moment, now + longest);
}

thread_local bool inside_a_write = false;

// A write begun inside a write would wait for a session that its own thread holds.
class InsideAWrite {
 public:
  InsideAWrite() : before_(std::exchange(inside_a_write, true)) {}
  InsideAWrite(const InsideAWrite&) = delete;
  InsideAWrite& operator=(const InsideAWrite&) = delete;
  ~InsideAWrite() { inside_a_write = before_; }

 private:
  const bool before_;
};

WriteTask::Wish run_inside(WriteTask& task, sql::Connection& connection) {
  const InsideAWrite inside;
  return task.run(connection);
}

// What a write came to on one attempt.
struct Attempt {
  std::exception_ptr failure = nullptr;
  bool kept = false;
  bool engine_failed = false;
  bool may_repeat = false;  // nothing of it was kept, and another attempt may fare better
};

class Writing {
 public:
  Writing(PostgresPool& pool, Millis longest, std::size_t most_waiting)
      : pool_(pool),
        longest_(longest),
        most_waiting_(most_waiting),
        thread_([this] { run_submitted(); }) {}

  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;

  ~Writing() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    something_waits_.notify_one();
    thread_.join();
  }

  void submit(std::shared_ptr<WriteTask> task) {
    enter();
    {
      const std::lock_guard lock(mutex_);
      submitted_.push_back(std::move(task));
    }
    something_waits_.notify_one();
  }

  void perform(WriteTask& task) {
    enter();
    run(task);
  }

  WriteStatistics statistics() const {
    const std::lock_guard lock(mutex_);
    return statistics_;
  }

 private:
  void enter() {
    const std::lock_guard lock(mutex_);
    if (ending_) throw Unavailable("the database is being closed");
    if (statistics_.waiting >= most_waiting_) {
      ++statistics_.refused;
      throw Unavailable("too many writes wait for PostgreSQL", "the database is busy; try again");
    }
    ++statistics_.waiting;
  }

  void run_submitted() {
    std::unique_lock lock(mutex_);
    while (true) {
      something_waits_.wait(lock, [&] { return ending_ || !submitted_.empty(); });
      if (submitted_.empty()) return;
      const auto task = std::move(submitted_.front());
      submitted_.pop_front();
      lock.unlock();
      run(*task);
      lock.lock();
    }
  }

  void run(WriteTask& task) {
    constexpr int most_attempts = 6;
    constexpr Backoff pauses{.first = Millis{4}, .longest = Millis{200}};
    const auto since = steady_clock::now();
    const auto until = limit_of(longest_);
    auto attempt = try_once(task, until);
    for (std::size_t retry = 0; attempt.may_repeat && retry + 1 < most_attempts; ++retry) {
      const auto pause = pauses.jittered(retry);
      if (steady_clock::now() + pause >= until) break;
      std::this_thread::sleep_for(pause);
      attempt = try_once(task, until);
    }
    note(attempt, steady_clock::now() - since);
    task.finish(attempt.failure);
  }

  Attempt try_once(WriteTask& task, steady_clock::time_point until) {
    Attempt attempt;
    bool committing = false;
    std::optional<PostgresPool::Loan> loan;
    try {
      loan.emplace(pool_, until);
      auto& session = loan->session();
      session.defer("BEGIN");
      if (run_inside(task, session) == WriteTask::Wish::roll_back) {
        session.roll_back_later();
        return attempt;
      }
      if (session.transaction_failed())
        throw std::logic_error("a write went on after a statement of it was refused");
      committing = true;
      session.query("COMMIT");
      attempt.kept = true;
    } catch (const sql::TryAgain& given_up) {
      attempt = {.failure = std::current_exception(), .engine_failed = true, .may_repeat = true};
      if (loan) pool_.lost_one(loan->session().loss(), given_up.what());
    } catch (const Unavailable& away) {
      attempt = {.failure = std::current_exception(), .engine_failed = true};
      if (loan) pool_.lost_one(loan->session().loss(), away.what());
    } catch (...) {
      attempt = {.failure = std::current_exception()};
    }
    if (!attempt.failure || !loan) return attempt;
    if (loan->session().usable()) {
      give_up(loan->session());
    } else {
      // A session that was lost while idle says so at the first statement. Whether a commit without
      // an answer was kept is not known.
      const bool broke = loan->session().loss() == Loss::broken;
      attempt.may_repeat = attempt.may_repeat || (broke && !committing);
    }
    return attempt;
  }

  static void give_up(sql::PostgresConnection& session) noexcept {
    try {
      session.roll_back_later();
    } catch (const Fault&) {
      return;  // the session is lost, and with it the transaction
    }
  }

  void note(const Attempt& attempt, steady_clock::duration took) {
    const std::lock_guard lock(mutex_);
    --statistics_.waiting;
    ++statistics_.writes;
    statistics_.batch_size.add(1);
    statistics_.seconds.add(std::chrono::duration<double>(took).count());
    if (attempt.kept) {
      ++statistics_.commits;
      ++statistics_.syncs;
      statistics_.last_commit_failed = false;
    } else {
      ++statistics_.rolled_back;
    }
    if (attempt.engine_failed) {
      ++statistics_.failed_commits;
      statistics_.last_commit_failed = true;
    }
  }

  PostgresPool& pool_;
  const Millis longest_;
  const std::size_t most_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable something_waits_;
  std::deque<std::shared_ptr<WriteTask>> submitted_;
  bool ending_ = false;
  WriteStatistics statistics_;
  std::thread thread_;  // last: it uses all of the above
};

class PostgresEngine final : public Engine {
 public:
  explicit PostgresEngine(const DatabaseOptions& options)
      : longest_(options.write_wait),
        pool_({.session = session_options(options), .most = options.most_sessions}),
        writing_(pool_, longest_, options.max_waiting_writes) {}

  void submit(std::shared_ptr<WriteTask> task) override { writing_.submit(std::move(task)); }
  void perform(std::shared_ptr<WriteTask> task) override { writing_.perform(*task); }
  bool on_writing_thread() const override { return inside_a_write; }

  void read(const std::function<void(sql::Connection&)>& reading) override {
    read_again_if_lost([&](sql::PostgresConnection& session) { read_on(session, reading); });
  }
  void read_one(const std::function<void(sql::Connection&)>& reading) override {
    read_again_if_lost(reading);
  }

  WriteStatistics statistics() const override { return writing_.statistics(); }
  PoolUse pool_use() const override { return pool_.use(); }
  const sql::Dialect& dialect() const override { return sql::postgres_dialect; }

  Status copy_to(const std::filesystem::path&) override {
    return Error{.code = Errc::invalid_argument,
                 .message = "a PostgreSQL database is not copied by botd",
                 .hint = "use pg_dump, or botd copy to a SQLite file"};
  }

 private:
  // A session may have been lost while it was idle.
  template <typename Reading>
  void read_again_if_lost(const Reading& reading) {
    constexpr Millis longest{1000};
    const auto since = steady_clock::now();
    const auto until = limit_of(longest_);
    while (true) {
      const PostgresPool::Loan loan(pool_, until);
      try {
        return reading(loan.session());
      } catch (const Unavailable& away) {
        const auto loss = loan.session().loss();
        pool_.lost_one(loss, away.what());
        if (loss != Loss::broken || steady_clock::now() - since > longest) throw;
      }
    }
  }

  static void read_on(sql::PostgresConnection& session,
                      const std::function<void(sql::Connection&)>& reading) {
    session.defer("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    try {
      reading(session);
    } catch (...) {
      if (session.usable()) session.roll_back_later();
      throw;
    }
    session.roll_back_later();
  }

  const Millis longest_;  // that a read or a write may take, with all its attempts
  PostgresPool pool_;
  Writing writing_;
};

// Waits for other programs that migrate at the same time.
void migrate_alone(sql::PostgresConnection& connection, UnixMillis now) {
  constexpr std::int64_t lock = 0x626f7464;  // "botd"
  connection.query("SELECT pg_advisory_lock($1)", {lock});
  migrate(connection, now);
  connection.query("SELECT pg_advisory_unlock($1)", {lock});
}

}  // namespace

std::unique_ptr<Engine> open_postgres_engine(const DatabaseOptions& options, UnixMillis now) {
  auto session = session_options(options);
  session.statement_timeout = std::chrono::minutes{10};
  sql::PostgresConnection connection(session);
  migrate_alone(connection, now);
  return std::make_unique<PostgresEngine>(options);
}

MigrationStatus inspect_postgres_schema(const DatabaseOptions& options) {
  sql::PostgresConnection connection(session_options(options));
  return migration_status_of(connection);
}

}  // namespace bot::store
