// libpq's answers and values in the terms of drivers/sql.hpp.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/sql.hpp"

struct pg_result;

namespace bot::sql {

// What libpq wants of a statement's values: pointers to texts that live here.
class TextValues {
 public:
  // Throws sql::Fault for a text with a NUL character: PostgreSQL cannot store it.
  TextValues(std::span<const Value> values, std::string_view sql);

  const char* const* pointers() const { return pointers_.data(); }
  int size() const { return static_cast<int>(pointers_.size()); }

 private:
  std::vector<std::string> texts_;
  std::vector<const char*> pointers_;
};

Rows::Names names_of(const pg_result* answer);
Rows rows_of(const pg_result* answer, std::shared_ptr<const Rows::Names> names);

// What an SQLSTATE means for whoever sent the statement.
enum class Refusal { fault, unavailable, try_again };
Refusal refusal_of_state(std::string_view sqlstate);

}  // namespace bot::sql
