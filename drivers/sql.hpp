// One way to speak SQL to every engine. A statement is written once, with $1, $2 … placeholders
// (a parameter of PostgreSQL, a legal named parameter of SQLite); what truly differs between the
// engines is in Dialect. Column types are TEXT, BIGINT, BOOLEAN and DOUBLE PRECISION only.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/fault.hpp"

namespace bot::sql {

// The engine refused a statement or is damaged. What may pass by itself (busy, full disk, lost
// connection) is bot::Unavailable instead. The text names the statement, never its values.
class Fault : public bot::Fault {
 public:
  using bot::Fault::Fault;
};

// Enough of a statement to recognise it in a message.
std::string beginning_of(std::string_view statement);

// A value going to or coming from the engine. Converts implicitly from what rows are made of; an
// empty optional is null.
class Value {
 public:
  using Variant = std::variant<std::monostate, std::int64_t, double, std::string, bool>;

  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool value) : held_(value) {}
  template <std::integral I>
  requires(!std::same_as<I, bool> && !std::same_as<I, char>) Value(I value)
      : held_(static_cast<std::int64_t>(value)) {}
  Value(double value) : held_(value) {}
  Value(std::string value) : held_(std::move(value)) {}
  Value(std::string_view value) : held_(std::string(value)) {}
  Value(const char* value) : held_(std::string(value)) {}
  template <typename T>
  Value(std::optional<T> value) {
    if (value) *this = Value(*std::move(value));
  }

  const Variant& held() const { return held_; }
  Variant& held() { return held_; }
  bool is_null() const { return held_.index() == 0; }

 private:
  Variant held_;
};

class Rows;

// A view of one row; valid as long as its Rows. The getters throw sql::Fault for a column that is
// not there, a null where none may be, or another type: a fault of the statement, not of the data.
// A BOOLEAN is read from the 0 and 1 that SQLite stores.
class Row {
 public:
  std::int64_t integer(std::size_t column) const;
  double real(std::size_t column) const;
  bool boolean(std::size_t column) const;
  const std::string& text(std::size_t column) const;
  std::optional<std::int64_t> optional_integer(std::size_t column) const;
  std::optional<double> optional_real(std::size_t column) const;
  std::optional<std::string> optional_text(std::size_t column) const;
  bool is_null(std::size_t column) const { return value(column).is_null(); }

  std::int64_t integer(std::string_view column) const { return integer(index(column)); }
  double real(std::string_view column) const { return real(index(column)); }
  bool boolean(std::string_view column) const { return boolean(index(column)); }
  const std::string& text(std::string_view column) const { return text(index(column)); }
  std::optional<std::int64_t> optional_integer(std::string_view column) const {
    return optional_integer(index(column));
  }
  std::optional<double> optional_real(std::string_view column) const {
    return optional_real(index(column));
  }
  std::optional<std::string> optional_text(std::string_view column) const {
    return optional_text(index(column));
  }
  bool is_null(std::string_view column) const { return is_null(index(column)); }

 private:
  friend class Rows;
  Row(const Rows& rows, std::size_t first) : rows_(&rows), first_(first) {}
  const Value& value(std::size_t column) const;
  std::size_t index(std::string_view column) const;

  const Rows* rows_;
  std::size_t first_;
};

// A statement's answer, whole. Movable and copyable; rows may be read as long as it lives.
class Rows {
 public:
  using Names = std::vector<std::string>;

  Rows() = default;
  // REQUIRES: values.size() is a multiple of names->size().
  Rows(std::shared_ptr<const Names> names, std::vector<Value> values, std::size_t changed);

  std::size_t size() const { return names_ ? values_.size() / names_->size() : 0; }
  bool empty() const { return values_.empty(); }
  // Of the columns; none for a statement that gives no rows.
  const Names& names() const;
  // The values of one row, in the order of the columns.
  std::span<const Value> values(std::size_t row) const;
  // Rows that an INSERT, UPDATE or DELETE changed; not meaningful for a SELECT.
  std::size_t changed() const { return changed_; }

  // Not on a temporary: the row would outlive it.
  Row operator[](std::size_t row) const&;
  Row operator[](std::size_t row) const&& = delete;

  // Moves a text out; its place reads as an unspecified text from then on. Throws as Row::text
  // does.
  std::string take_text(std::size_t row, std::size_t column);

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Row;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Row;

    Row operator*() const { return (*rows_)[row_]; }
    Iterator& operator++() {
      ++row_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    friend class Rows;
    Iterator(const Rows* rows, std::size_t row) : rows_(rows), row_(row) {}
    const Rows* rows_;
    std::size_t row_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

 private:
  friend class Row;
  std::shared_ptr<const Names> names_;
  std::vector<Value> values_;
  std::size_t changed_ = 0;
};

// A statement with its values.
struct Statement {
  std::string_view sql;
  std::vector<Value> values = {};
};

// What differs between the engines, as pieces of SQL text.
struct Dialect {
  std::string_view name;             // "sqlite", "postgresql"
  std::string_view begin;            // starts a transaction that is going to write
  std::string_view for_update;       // after a SELECT: locks its rows until the end; may be empty
  std::string_view skip_locked;      // likewise, passing over rows that others hold
  std::string_view identity_column;  // type of a primary key that the engine numbers, never reused
  std::string_view tables;           // a query whose column `name` lists our tables
  // An expression, for a transaction that writes: the number of a new row of the table, which
  // nobody else is given before that row is there or the transaction has ended.
  std::string (*next_id)(std::string_view table);
};

// One session with an engine. Not thread-safe: one thread at a time.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  // Runs one statement to its end. Prepared statements are kept by their text, so the text must
  // not be built from values. Throws sql::Fault or bot::Unavailable.
  virtual Rows query(std::string_view sql, std::span<const Value> values) = 0;
  virtual const Dialect& dialect() const = 0;

  // Several statements in their order, each with its answer, in one round trip where there are
  // such: for those of which none needs another's answer. When one is refused those after it have
  // not been run, as with query().
  virtual std::vector<Rows> query_all(std::span<const Statement> statements);
  // For a write inside a transaction whose answer nobody needs: may travel with the next statement,
  // the commit at the latest, which then also throws its failure.
  virtual void defer(std::string_view sql, std::span<const Value> values) { query(sql, values); }

  Rows query(std::string_view sql) { return query(sql, std::span<const Value>()); }
  Rows query(std::string_view sql, std::initializer_list<Value> values) {
    return query(sql, std::span<const Value>(values.begin(), values.size()));
  }
  void defer(std::string_view sql, std::initializer_list<Value> values) {
    defer(sql, std::span<const Value>(values.begin(), values.size()));
  }
};

// Begins on construction; rolls back on destruction unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace bot::sql
