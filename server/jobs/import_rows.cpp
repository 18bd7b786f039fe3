#include "server/jobs/import_rows.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "drivers/csv/records.hpp"
#include "server/domain/email.hpp"

namespace bot::jobs {
namespace {

constexpr std::array<std::string_view, 3> known_columns = {"email", "name", "max_concurrent_bots"};
constexpr std::size_t longest_name = 255;
constexpr std::int64_t most_bots = 1'000'000;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

// Where each column is.
using Header = std::map<std::string, std::size_t, std::less<>>;

Error wrong(std::int64_t line, const std::string& what) {
  return {.code = Errc::invalid_argument, .message = "line " + std::to_string(line) + ": " + what};
}

Result<Header> read_header(const csv::Record& record) {
  Header header;
  for (std::size_t column = 0; column < record.fields.size(); ++column) {
    const auto name = to_lower(trim(record.fields[column]));
    if (std::find(known_columns.begin(), known_columns.end(), name) == known_columns.end()) {
      return wrong(record.line,
                   "'" + escape_for_terminal(name) +
                       "' is no column; the columns are email, name and max_concurrent_bots");
    }
    if (!header.emplace(name, column).second) {
      return wrong(record.line, "the column " + name + " is there twice");
    }
  }
  if (!header.contains("email")) return wrong(record.line, "there is no column email");
  return header;
}

// Empty when there is no such column.
std::string value_in(const csv::Record& record, const Header& header, std::string_view name) {
  const auto column = header.find(name);
  return column == header.end() ? "" : std::string(trim(record.fields[column->second]));
}

Result<ImportedUser> read_user(const csv::Record& record, const Header& header) {
  if (record.fields.size() != header.size()) {
    return wrong(record.line,
                 "has " + std::to_string(record.fields.size()) + " fields, and the header " +
                     std::to_string(header.size()));
  }
  ImportedUser user;
  const auto email = domain::normal_email(value_in(record, header, "email"));
  if (!email || !is_valid_utf8(*email)) {
    return wrong(record.line, "the email is not a valid address");
  }
  user.email = *email;
  const auto name = value_in(record, header, "name");
  if (has_control_characters(name) || name.size() > longest_name) {
    return wrong(
        record.line,
        "the name has control characters or more than " + std::to_string(longest_name) + " bytes");
  }
  if (!name.empty()) user.name = name;
  const auto limit = value_in(record, header, "max_concurrent_bots");
  if (limit.empty()) return user;
  const auto number = parse_int(limit);
  if (!number || *number < 0 || *number > most_bots) {
    return wrong(record.line, "max_concurrent_bots is not a number from 0 to 1000000");
  }
  user.max_concurrent_bots = *number;
  return user;
}

}  // namespace

Result<std::vector<Result<ImportedUser>>> read_import(std::string_view csv) {
  if (csv.starts_with(byte_order_mark)) csv.remove_prefix(byte_order_mark.size());
  const auto records = csv::read_records(csv);
  if (!records) return records.error();
  if (records->size() < 2) {
    return Error{.code = Errc::invalid_argument,
                 .message = "there is no row below a header such as email,name"};
  }
  if (records->size() - 1 > most_import_rows) {
    return Error{.code = Errc::invalid_argument,
                 .message = "there are more than " + std::to_string(most_import_rows) + " rows"};
  }
  const auto header = read_header(records->front());
  if (!header) return header.error();
  std::vector<Result<ImportedUser>> users;
  for (auto record = records->begin() + 1; record != records->end(); ++record)
    users.push_back(read_user(*record, *header));
  return users;
}

}  // namespace bot::jobs
