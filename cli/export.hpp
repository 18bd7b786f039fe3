// Lists written out whole, as CSV or JSON, to standard output or into a file.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/context.hpp"

namespace bot::cli {

// --out, --format and --force, and what they are together with -o.
std::vector<Option> export_options();

// Before anything is fetched. Errors: invalid_argument when the file is there already and --force
// is not, or when --format says otherwise than -o.
Status check_export(const Arguments& arguments, Context& context);

// `members` are the columns of CSV; JSON has everything. A file is new, or with --force replaced
// as a whole, and only its owner can read it.
Status export_records(const Arguments& arguments,
                      Context& context,
                      const std::vector<std::string_view>& members,
                      const std::vector<Record>& records);

}  // namespace bot::cli
