// PostgreSQL behind sql::Connection: libpq with owners for its handles, nothing of ours.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

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
  // After so long the server gives a statement up, after half of it the wait for a lock, and a
  // little later the transaction of a client that says nothing. A server that has not answered by
  // then has vanished without a word.
  Millis statement_timeout{3000};
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
  using Instant = std::chrono::steady_clock::time_point;

  // Neither connecting nor, until answer_by, any answer is waited for after `until`.
  explicit PostgresConnection(const PostgresOptions& options, Instant until = Instant::max());
  ~PostgresConnection() override;

  using Connection::defer;
  using Connection::query;
  Rows query(std::string_view sql, std::span<const Value> values) override;
  std::vector<Rows> query_all(std::span<const Statement> statements) override;
  void defer(std::string_view sql, std::span<const Value> values) override;
  void defer(std::string_view sql) { defer(sql, std::span<const Value>()); }
  const Dialect& dialect() const override { return postgres_dialect; }

  // From now on no answer is waited for after that, however long a statement may take: a session
  // that has not answered by then is lost.
  void answer_by(Instant until) { until_ = until; }

  // Sends ROLLBACK at once, after what was deferred; their answers are read when the next
  // statement's is awaited, and a failure then makes the session unusable.
  void roll_back_later();

  // False once the session is lost, or while a transaction is open on it.
  bool ready() const;
  // True when a statement of the transaction was refused: all that can follow is ROLLBACK.
  bool transaction_failed() const;
  // Why the session is lost, if it is: it broke, the server did not answer a statement although it
  // would have given it up by now, or there was no time left for the answer.
  enum class Loss { none, broken, silent, out_of_time };
  Loss loss() const { return loss_; }
  // False once the session is lost; every later statement throws Unavailable.
  bool usable() const { return loss_ == Loss::none; }
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
  struct Kept {
    std::string name;
    std::shared_ptr<const Rows::Names> names;  // null until the first answer
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  // How the server comes to know a statement: by a PREPARE that travels before it, by an earlier
  // one, or not prepared at all.
  enum class Prepared { now, before, never };
  // A statement on its way. With `now` it has two answers.
  struct Put {
    std::string_view sql;  // the key of the statement that is kept, or of who waits for it
    Kept* kept;            // null: not prepared
    Prepared prepared;
  };

  void open(const PostgresOptions& options);
  void set_up();
  void put(std::string_view sql, const TextValues& texts);
  void put_unprepared(std::string_view sql);
  void end_flight();
  // For what begins now.
  Instant deadline();
  void wait(int events, Instant deadline);
  // The next answer of the flight under way; null between the answers of two statements.
  Answer next_answer(Instant deadline);
  // One statement's answer, an error among them.
  Answer answer_of_one(Instant deadline);
  // Ends the flight and reads it: the answers of its statements. Throws for the first that was
  // refused.
  std::vector<Answer> land();
  void read_end_of_flight(Instant deadline);
  void read_sent(Instant deadline);
  // What was prepared in a flight of which a statement was refused may not be there.
  void forget_prepared(const std::vector<Put>& flight);
  Rows rows_of_kept(Kept& kept, const Answer& answer);
  [[noreturn]] void lose(const std::string& why, Loss loss = Loss::broken);
  [[noreturn]] void refuse(const Answer& answer, std::string_view sql, Prepared prepared);

  const Millis statement_timeout_;
  Instant until_;
  Instant silent_after_{};
  std::unique_ptr<pg_conn, Close> connection_;
  std::unordered_map<std::string, Kept, Hash, std::equal_to<>> statements_;
  std::uint64_t prepared_ = 0;
  std::vector<Put> flight_;  // has not ended yet
  std::vector<Put> sent_;    // has ended, and nobody has read its answers
  Loss loss_ = Loss::none;
};

}  // namespace bot::sql
