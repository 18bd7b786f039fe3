#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace bot::csv {

struct Record {
  std::int64_t line = 0;  // of the text, from 1, on which it begins
  std::vector<std::string> fields;
};

// All records of an RFC 4180 text: lines end with CRLF, LF or CR, the last one may be without an
// end; a quoted field may hold commas, quotes (doubled) and ends of lines; spaces belong to their
// field. Lines with nothing on them are passed over. Errors: invalid_argument naming the line where
// the quoting is broken.
Result<std::vector<Record>> read_records(std::string_view text);

}  // namespace bot::csv
