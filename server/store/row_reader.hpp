#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/sql.hpp"

namespace bot::store {

// Reads a row from left to right, in the order in which the statement names its columns: lists of
// rows are read without looking up a name for each value.
class RowReader {
 public:
  explicit RowReader(const sql::Row& row, std::size_t first = 0) : row_(row), next_(first) {}
  // Moves the texts out of the rows.
  RowReader(sql::Rows& rows, std::size_t number)
      : row_(rows[number]), next_(0), owner_(&rows), number_(number) {}

  std::int64_t integer() { return row_.integer(next_++); }
  double real() { return row_.real(next_++); }
  bool boolean() { return row_.boolean(next_++); }
  std::string text() {
    const auto column = next_++;
    return owner_ != nullptr ? owner_->take_text(number_, column) : row_.text(column);
  }
  std::optional<std::int64_t> optional_integer() { return row_.optional_integer(next_++); }
  std::optional<std::string> optional_text() {
    if (!at_null()) return text();
    ++next_;
    return std::nullopt;
  }
  // Is the column that comes next null?
  bool at_null() const { return row_.is_null(next_); }

 private:
  const sql::Row row_;
  std::size_t next_;
  sql::Rows* owner_ = nullptr;
  std::size_t number_ = 0;
};

// All rows through one function.
template <typename T>
std::vector<T> read_all(sql::Rows rows, T (*read)(RowReader&)) {
  std::vector<T> all;
  all.reserve(rows.size());
  for (std::size_t number = 0; number < rows.size(); ++number) {
    RowReader reader(rows, number);
    all.push_back(read(reader));
  }
  return all;
}

template <typename T>
std::optional<T> read_first(sql::Rows rows, T (*read)(RowReader&)) {
  if (rows.empty()) return std::nullopt;
  RowReader reader(rows, 0);
  return read(reader);
}

}  // namespace bot::store
