// PostgreSQL behind sql::Connection: libpq with owners for its handles, nothing of ours.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "drivers/sql.hpp"

struct pg_conn;
struct pg_result;

namespace bot::sql {

class TextValues;

extern const Dialect postgres_dialect;

// Whether libpq can read the URL. The error says no word of it.
Status check_postgres_url(const std::string& url);

struct PostgresOptions {
  std::string url;  // postgresql://…, or libpq's key=value form; may hold a password, never shown
  Millis connect_timeout{3000};
  // Of one statement, measured here: a server that vanished without a word is noticed by it too.
  Millis statement_timeout{4000};
  std::string application_name = "botd";
};

// The engine gave a transaction up because of others (serialisation, deadlock, a schema that
// changed under a prepared statement). The whole of it may be run again.
class TryAgain : public Unavailable {
 public:
  using Unavailable::Unavailable;
};

// A session, in libpq's pipeline mode: what was deferred travels with the next statement. Values
// are sent as text; a text with a NUL character is a Fault. Commits are synchronous even where the
// server's default is otherwise. Throws sql::Fault, bot::Unavailable or TryAgain, also from the
// constructor. Not for poolers that give each transaction another session.
class PostgresConnection final : public Connection {
 public:
  explicit PostgresConnection(const PostgresOptions& options);
  ~PostgresConnection() override;

  using Connection::query;
  Rows query(std::string_view sql, std::span<const Value> values) override;
  const Dialect& dialect() const override { return postgres_dialect; }

  // Sends the statement together with the next one, whose answer also tells its failure.
  void defer(std::string_view sql);
  // Sends ROLLBACK at once; its answer is read when the next statement's is awaited, and a failure
  // then makes the session unusable.
  void roll_back_later();

  // One statement without values and without an answer that matters; not kept prepared.
  void execute(std::string_view sql);

  // False once the session is lost, or while a transaction is open on it.
  bool ready() const;
  // True when a statement of the transaction was refused: all that can follow is ROLLBACK.
  bool transaction_failed() const;
  // False once the session is lost; every later statement throws Unavailable.
  bool usable() const { return !lost_; }
  // The session's number in pg_stat_activity.
  int backend_pid() const;

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  struct Clear {
    void operator()(pg_result* result) const;
  };
  using Answer = std::unique_ptr<pg_result, Clear>;
  struct Statement {
    std::string name;
    std::shared_ptr<const Rows::Names> names;  // null until the first answer
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  using Instant = std::chrono::steady_clock::time_point;
  enum class Prepared { now, before };

  void open(const PostgresOptions& options);
  void set_up();
  // The statement, and whether it has to be prepared first.
  std::pair<Statement*, bool> statement_for(std::string_view sql);
  void put_query(const Statement& statement, const TextValues& texts);
  void put_plain(std::string_view sql);
  void end_flight();
  void wait(int events, Instant deadline);
  // The next answer of the flight under way; null between the answers of two statements.
  Answer next_answer(Instant deadline);
  // One statement's answer, an error among them.
  Answer answer_of_one(Instant deadline);
  // Ends the flight and reads it: the answer of its last statement. Throws for the first that was
  // refused.
  Answer last_answer(int statements, std::string_view sql, Prepared prepared, Instant deadline);
  void read_end_of_flight(Instant deadline);
  void drain_sent(Instant deadline);
  [[noreturn]] void lose(const std::string& why);
  [[noreturn]] void refuse(const Answer& answer, std::string_view sql, Prepared prepared);

  const Millis statement_timeout_;
  std::unique_ptr<pg_conn, Close> connection_;
  std::unordered_map<std::string, Statement, Hash, std::equal_to<>> statements_;
  std::uint64_t prepared_ = 0;
  int deferred_ = 0;  // statements put, whose flight has not ended yet
  int sent_ = 0;      // statements of a flight that has ended, whose answers nobody has read
  bool lost_ = false;
};

}  // namespace bot::sql
