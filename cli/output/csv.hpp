// Comma-separated values as spreadsheets and scripts read them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/types/json.hpp"

namespace bot::cli {

// A header line and one line per object: the named members, in quotes where they need them, empty
// where they are null or absent. Text that a spreadsheet would take for a formula (it begins with
// = + - @, a tab or a carriage return) gets an apostrophe in front.
std::string csv_of(const std::vector<std::string_view>& members,
                   const std::vector<types::Json>& objects);

}  // namespace bot::cli
