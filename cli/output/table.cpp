#include "cli/output/table.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <ostream>
#include <utility>

#include "base/time_format.hpp"
#include "base/unicode.hpp"

namespace bot::cli {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 6;

// In its largest unit, for it says how old something is and not when.
std::string age_text(UnixMillis age) {
  constexpr std::array<std::pair<UnixMillis, char>, 4> units = {
      {{86'400'000, 'd'}, {3'600'000, 'h'}, {60'000, 'm'}, {1'000, 's'}}};
  const auto size = std::abs(age);
  std::string text = "0s";
  for (const auto& [length, name] : units) {
    if (size < length) continue;
    text = std::to_string(size / length) + name;
    break;
  }
  return age < 0 && size >= 1'000 ? "in " + text : text;
}

std::string text_of(const Cell& cell, const Column& column, const TableLook& look) {
  if (column.shows == Shows::age && look.now) {
    if (const auto time = parse_time(cell.text)) return age_text(*look.now - *time);
  }
  return escape_for_terminal(cell.text);
}

std::vector<std::size_t> natural_widths(const std::vector<Column>& columns,
                                        const std::vector<std::vector<std::string>>& texts) {
  std::vector<std::size_t> widths;
  for (const auto& column : columns)
    widths.push_back(display_width(column.title));
  for (const auto& row : texts) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  return widths;
}

// A column that is shown: which of them, and how wide.
struct Place {
  std::size_t index;
  std::size_t width;
};

using Layout = std::vector<Place>;

enum class Cuts { to_the_least, to_the_narrowest };

// Takes columns from the widest that may shrink until all fit. False when nothing more can give
// way.
bool fit(Layout& layout, const std::vector<Column>& columns, std::size_t room, Cuts cuts) {
  const auto gives = [&](const Place& place) {
    const auto& column = columns[place.index];
    return column.shrinks == Shrinks::yes &&
           place.width > (cuts == Cuts::to_the_least ? column.least : narrowest);
  };
  std::size_t total = layout.empty() ? 0 : gap * (layout.size() - 1);
  for (const auto& place : layout)
    total += place.width;
  while (total > room) {
    Place* widest = nullptr;
    for (auto& place : layout) {
      if (!gives(place)) continue;
      if (widest == nullptr || place.width > widest->width) widest = &place;
    }
    if (widest == nullptr) return false;
    --widest->width;
    --total;
  }
  return true;
}

Layout lay_out(const std::vector<Column>& columns,
               const std::vector<std::size_t>& natural,
               std::size_t room) {
  Layout natural_layout;
  for (std::size_t i = 0; i < columns.size(); ++i)
    natural_layout.push_back({i, natural[i]});
  while (true) {
    auto layout = natural_layout;
    if (room == 0 || fit(layout, columns, room, Cuts::to_the_least)) return layout;
    const auto next = std::max_element(
        natural_layout.begin(), natural_layout.end(), [&](const Place& one, const Place& other) {
          return columns[one.index].goes < columns[other.index].goes;
        });
    if (next == natural_layout.end() || columns[next->index].goes == Goes::never) {
      fit(layout, columns, room, Cuts::to_the_narrowest);
      return layout;
    }
    natural_layout.erase(next);
  }
}

void write_line(std::ostream& out,
                const std::vector<Column>& columns,
                const std::vector<std::string>& texts,
                const std::vector<Style>& styles,
                const Layout& layout,
                Colors colors) {
  std::string line;
  std::size_t pending = 0;
  for (const auto& [index, width] : layout) {
    const auto text = truncate_to_width(texts[index], width);
    const std::size_t padding = width - std::min(width, display_width(text));
    const bool right = columns[index].align == Align::right;
    if (right) pending += padding;
    if (!text.empty()) {
      line.append(pending, ' ');
      line += styled(text, styles[index], colors);
      pending = 0;
    }
    pending += gap + (right ? 0 : padding);
  }
  out << line << '\n';
}

std::string sentence_case(std::string_view title) {
  std::string text(title);
  for (std::size_t i = 1; i < text.size(); ++i) {
    text[i] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
  }
  return text;
}

}  // namespace

void write_table(std::ostream& out,
                 const std::vector<Column>& columns,
                 const std::vector<Row>& rows,
                 const TableLook& look) {
  std::vector<std::vector<std::string>> texts;
  texts.reserve(rows.size());
  for (const auto& row : rows) {
    auto& line = texts.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i)
      line.push_back(text_of(row[i], columns[i], look));
  }
  const auto layout = lay_out(columns, natural_widths(columns, texts), look.columns);
  std::vector<std::string> titles;
  for (const auto& column : columns)
    titles.emplace_back(column.title);
  const std::vector<Style> bold(columns.size(), Style::bold);
  write_line(out, columns, titles, bold, layout, look.colors);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::vector<Style> styles;
    for (const auto& cell : rows[i])
      styles.push_back(cell.style);
    write_line(out, columns, texts[i], styles, layout, look.colors);
  }
}

void write_card(std::ostream& out,
                const std::vector<Column>& columns,
                const Row& row,
                const TableLook& look) {
  std::size_t widest = 0;
  for (const auto& column : columns)
    widest = std::max(widest, column.title.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto title = sentence_case(columns[i].title) + ':';
    out << styled(title, Style::bold, look.colors);
    const auto text = escape_for_terminal(row[i].text);
    if (!text.empty()) {
      out << std::string(widest + gap - title.size() + 1, ' ')
          << styled(text, row[i].style, look.colors);
    }
    out << '\n';
  }
}

void write_tsv(std::ostream& out, const Row& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out << '\t';
    out << escape_for_terminal(row[i].text);
  }
  out << '\n';
}

}  // namespace bot::cli
