#include "drivers/sql.hpp"

#include <algorithm>

namespace bot::sql {
namespace {

[[noreturn]] void raise_type(const Rows::Names& names, std::size_t column, const char* wanted) {
  throw Fault("column " + names[column] + " does not hold " + wanted);
}

}  // namespace

std::string beginning_of(std::string_view statement) {
  constexpr std::size_t longest = 60;
  return std::string(statement.substr(0, longest)) + (statement.size() > longest ? "…" : "");
}

const Value& Row::value(std::size_t column) const {
  if (column >= rows_->names_->size())
    throw Fault("the statement has no column number " + std::to_string(column));
  return rows_->values_[first_ + column];
}

std::size_t Row::index(std::string_view column) const {
  const auto& names = *rows_->names_;
  const auto found = std::find(names.begin(), names.end(), column);
  if (found == names.end()) throw Fault("the statement has no column " + std::string(column));
  return static_cast<std::size_t>(found - names.begin());
}

std::int64_t Row::integer(std::size_t column) const {
  if (const auto* held = std::get_if<std::int64_t>(&value(column).held())) return *held;
  raise_type(*rows_->names_, column, "an integer");
}

double Row::real(std::size_t column) const {
  const auto& held = value(column).held();
  if (const auto* real = std::get_if<double>(&held)) return *real;
  if (const auto* integer = std::get_if<std::int64_t>(&held)) return static_cast<double>(*integer);
  raise_type(*rows_->names_, column, "a number");
}

bool Row::boolean(std::size_t column) const {
  const auto& held = value(column).held();
  if (const auto* boolean = std::get_if<bool>(&held)) return *boolean;
  if (const auto* integer = std::get_if<std::int64_t>(&held)) return *integer != 0;
  raise_type(*rows_->names_, column, "a truth value");
}

const std::string& Row::text(std::size_t column) const {
  if (const auto* held = std::get_if<std::string>(&value(column).held())) return *held;
  raise_type(*rows_->names_, column, "a text");
}

std::optional<std::int64_t> Row::optional_integer(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::optional<double> Row::optional_real(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return real(column);
}

std::optional<std::string> Row::optional_text(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

Rows::Rows(std::shared_ptr<const Names> names, std::vector<Value> values, std::size_t changed)
    : names_(names->empty() ? nullptr : std::move(names)),
      values_(std::move(values)),
      changed_(changed) {}

const Rows::Names& Rows::names() const {
  static const Names none;
  return names_ ? *names_ : none;
}

std::span<const Value> Rows::values(std::size_t row) const {
  if (row >= size()) throw Fault("the statement gave no row number " + std::to_string(row));
  return std::span(values_).subspan(row * names_->size(), names_->size());
}

Row Rows::operator[](std::size_t row) const& {
  if (row >= size()) throw Fault("the statement gave no row number " + std::to_string(row));
  return Row(*this, row * names_->size());
}

std::string Rows::take_text(std::size_t row, std::size_t column) {
  if ((*this)[row].is_null(column)) return (*this)[row].text(column);  // throws what fits
  auto* text = std::get_if<std::string>(&values_[row * names_->size() + column].held());
  if (text == nullptr) return (*this)[row].text(column);
  return std::move(*text);
}

std::vector<Rows> Connection::query_all(std::span<const Statement> statements) {
  std::vector<Rows> answers;
  answers.reserve(statements.size());
  for (const auto& statement : statements)
    answers.push_back(query(statement.sql, statement.values));
  return answers;
}

Transaction::Transaction(Connection& connection) : connection_(connection) {
  connection_.query(connection_.dialect().begin);
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    connection_.query("ROLLBACK");
  } catch (const bot::Fault&) {
    // The engine has rolled back by itself, or the connection is gone and with it the transaction.
    open_ = false;
  }
}

void Transaction::commit() {
  connection_.query("COMMIT");
  open_ = false;
}

}  // namespace bot::sql
