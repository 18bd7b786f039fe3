#include "drivers/postgres/answer.hpp"

#include <libpq-fe.h>

#include <array>
#include <charconv>

namespace bot::sql {
namespace {

// From PostgreSQL's catalogue pg_type, whose numbers never change.
namespace oid {
constexpr Oid boolean = 16;
constexpr Oid int8 = 20;
constexpr Oid int2 = 21;
constexpr Oid int4 = 23;
constexpr Oid float4 = 700;
constexpr Oid float8 = 701;
constexpr Oid numeric = 1700;
}  // namespace oid

template <typename Number>
std::string text_of(Number number) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return std::string(digits.data(), end);
}

template <typename Number>
Value number_in(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    throw Fault("the database answered with the number " + std::string(text) +
                ", which is beyond what is read");
  return number;
}

// The sum of a BIGINT column is of type numeric.
Value value_in(std::string_view text, Oid type) {
  switch (type) {
    case oid::boolean:
      return text == "t";
    case oid::int8:
    case oid::int2:
    case oid::int4:
      return number_in<std::int64_t>(text);
    case oid::float4:
    case oid::float8:
      return number_in<double>(text);
    case oid::numeric:
      return text.find('.') == text.npos ? number_in<std::int64_t>(text) : number_in<double>(text);
    default:
      return text;
  }
}

}  // namespace

TextValues::TextValues(std::span<const Value> values, std::string_view sql) {
  texts_.reserve(values.size());
  pointers_.reserve(values.size());
  for (const auto& value : values) {
    const auto& held = value.held();
    const std::string* text = std::get_if<std::string>(&held);
    if (text != nullptr && text->find('\0') != text->npos)
      throw Fault("a text with a NUL character cannot be stored: " + beginning_of(sql));
    if (value.is_null()) {
      pointers_.push_back(nullptr);
      continue;
    }
    if (text == nullptr) {
      if (const auto* integer = std::get_if<std::int64_t>(&held)) {
        texts_.push_back(text_of(*integer));
      } else if (const auto* real = std::get_if<double>(&held)) {
        texts_.push_back(text_of(*real));
      } else {
        texts_.emplace_back(std::get<bool>(held) ? "t" : "f");
      }
      text = &texts_.back();
    }
    pointers_.push_back(text->c_str());
  }
}

Rows::Names names_of(const pg_result* answer) {
  Rows::Names names;
  for (int column = 0; column < PQnfields(answer); ++column)
    names.emplace_back(PQfname(answer, column));
  return names;
}

Rows rows_of(const pg_result* answer, std::shared_ptr<const Rows::Names> names) {
  const int rows = PQntuples(answer);
  const int columns = PQnfields(answer);
  std::vector<Value> values;
  values.reserve(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(answer, row, column) != 0) {
        values.emplace_back(nullptr);
        continue;
      }
      const auto length = static_cast<std::size_t>(PQgetlength(answer, row, column));
      values.push_back(
          value_in({PQgetvalue(answer, row, column), length}, PQftype(answer, column)));
    }
  }
  // libpq declares this parameter without const, and only reads.
  const std::string_view changed = PQcmdTuples(const_cast<pg_result*>(answer));
  std::size_t count = 0;
  std::from_chars(changed.data(), changed.data() + changed.size(), count);
  return Rows(std::move(names), std::move(values), count);
}

Refusal refusal_of_state(std::string_view sqlstate) {
  // Serialisation failure, deadlock.
  if (sqlstate == "40001" || sqlstate == "40P01") return Refusal::try_again;
  const auto kind = sqlstate.substr(0, 2);
  // Connection, resources, an operator's intervention (cancelled statements too), system errors.
  if (kind == "08" || kind == "53" || kind == "57" || kind == "58") return Refusal::unavailable;
  // A lock that did not come, and a server that only reads (a standby after a switch).
  if (sqlstate == "55P03" || sqlstate == "25006") return Refusal::unavailable;
  return Refusal::fault;
}

}  // namespace bot::sql
