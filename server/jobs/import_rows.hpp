#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace bot::jobs {

struct ImportedUser {
  std::string email;
  std::optional<std::string> name;
  std::int64_t max_concurrent_bots = 1;
};

inline constexpr std::size_t most_import_rows = 10'000;

// The users of a CSV text, in its order. The header says which columns there are: email, and name
// and max_concurrent_bots if wanted, in any order. A row that cannot be used is an Error of its own
// that begins with its line; invalid_argument for the whole text when its quoting is broken, the
// header is not one of ours, or there is no row or too many.
Result<std::vector<Result<ImportedUser>>> read_import(std::string_view csv);

}  // namespace bot::jobs
