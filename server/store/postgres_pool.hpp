// Sessions with a PostgreSQL server, lent one at a time and opened when they are needed.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "drivers/postgres/connection.hpp"
#include "server/store/write_statistics.hpp"

namespace bot::store {

// Thread-safe. While the server is away, an attempt to connect is made by one caller at a time and
// after growing pauses; the others are told at once.
class PostgresPool {
 public:
  struct Options {
    sql::PostgresOptions session;
    std::size_t most = 16;
  };

  explicit PostgresPool(Options options);
  PostgresPool(const PostgresPool&) = delete;
  PostgresPool& operator=(const PostgresPool&) = delete;

  using Instant = sql::PostgresConnection::Instant;

  // A borrowed session, had and used until then: neither waiting for it nor any answer on it takes
  // longer. One that is lost or still inside a transaction is closed at the end.
  class Loan {
   public:
    Loan(PostgresPool& pool, Instant until) : pool_(pool), session_(pool.take(until)) {}
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() { pool_.give_back(std::move(session_)); }
    sql::PostgresConnection& session() const { return *session_; }

   private:
    PostgresPool& pool_;
    std::unique_ptr<sql::PostgresConnection> session_;
  };

  // After a session was lost, those that nobody has borrowed may be too: they are closed. When it
  // went silent, the server counts as away until an attempt to connect has succeeded.
  void lost_one(sql::PostgresConnection::Loss loss, const std::string& why);

  PoolUse use() const;

 private:
  using Session = std::unique_ptr<sql::PostgresConnection>;

  Session take(Instant until);
  Session open(Instant until);
  void give_back(Session session) noexcept;

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Session> idle_;
  std::size_t open_ = 0;     // borrowed, idle and being opened
  std::size_t waiting_ = 0;  // for one of them
  // While the server is away:
  std::string last_failure_;
  int failures_ = 0;
  std::chrono::steady_clock::time_point next_attempt_{};
};

}  // namespace bot::store
