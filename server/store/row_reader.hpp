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

  std::int64_t integer() { return row_.integer(next_++); }
  double real() { return row_.real(next_++); }
  bool boolean() { return row_.boolean(next_++); }
  std::string text() { return row_.text(next_++); }
  std::optional<std::int64_t> optional_integer() { return row_.optional_integer(next_++); }
  std::optional<std::string> optional_text() { return row_.optional_text(next_++); }
  // Is the column that comes next null?
  bool at_null() const { return row_.is_null(next_); }

 private:
  const sql::Row row_;
  std::size_t next_;
};

// All rows through one function.
template <typename T>
std::vector<T> read_all(const sql::Rows& rows, T (*read)(RowReader&)) {
  std::vector<T> all;
  all.reserve(rows.size());
  for (const sql::Row row : rows) {
    RowReader reader(row);
    all.push_back(read(reader));
  }
  return all;
}

template <typename T>
std::optional<T> read_first(const sql::Rows& rows, T (*read)(RowReader&)) {
  if (rows.empty()) return std::nullopt;
  RowReader reader(rows[0]);
  return read(reader);
}

}  // namespace bot::store
