// Rows as a table for people or as tab-separated lines for programs.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "cli/output/terminal.hpp"

namespace bot::cli {

enum class Align { left, right };
// Ids are never cut; the others give way when the terminal is narrow.
enum class Shrinks { yes, no };

// An age is a time on the wire, and in tables how long ago that was: "54m", "3d", or "in 5s".
enum class Shows { text, age };
// Which columns a table does without when it is too wide with all that may shrink cut.
enum class Goes { never, fourth, third, second, first };

struct Column {
  std::string_view title;  // "MAX BOTS"
  Shrinks shrinks = Shrinks::yes;
  Align align = Align::left;
  Shows shows = Shows::text;
  Goes goes = Goes::never;
  std::size_t least = 6;  // of one that shrinks: others go before it is narrower
};

// Text as it came, from the server or from us: it is escaped when it is written.
struct Cell {
  std::string text;
  Style style = Style::plain;
};

using Row = std::vector<Cell>;

struct TableLook {
  Colors colors = Colors::off;
  std::size_t columns = 0;                       // 0: as wide as it needs
  std::optional<UnixMillis> now = std::nullopt;  // nullopt: ages are shown as times
};

// A header line and one line per row, aligned by display width, no trailing blanks. Wider than
// `look.columns`: the widest cells that may shrink are cut with "…", each to its least; where that
// is not enough columns are left out, and where none may go cells are cut further.
void write_table(std::ostream& out,
                 const std::vector<Column>& columns,
                 const std::vector<Row>& rows,
                 const TableLook& look);

// One row as "Title: value" lines, for a single object.
void write_card(std::ostream& out,
                const std::vector<Column>& columns,
                const Row& row,
                const TableLook& look);

// One record per line, no header, nothing cut. Tabs, newlines and other control characters in the
// data are shown as escapes, so that a line is a record and a tab is a separator.
void write_tsv(std::ostream& out, const Row& row);

}  // namespace bot::cli
