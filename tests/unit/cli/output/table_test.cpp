#include "cli/output/table.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "base/time_format.hpp"
#include "base/unicode.hpp"

namespace bot::cli {
namespace {

const std::vector<Column> columns = {
    {"ID", Shrinks::no, Align::right}, {"NAME"}, {"STATE", Shrinks::no}};

std::string table(const std::vector<Row>& rows, TableLook look = {}) {
  std::ostringstream out;
  write_table(out, columns, rows, look);
  return out.str();
}

TEST(Table, AlignsByDisplayWidthWithoutTrailingBlanks) {
  EXPECT_EQ(table({{{"7"}, {"会議"}, {"active"}}, {{"1234"}, {"Ada"}, {""}}}),
            "  ID  NAME  STATE\n"
            "   7  会議  active\n"
            "1234  Ada\n");
}

TEST(Table, CutsOnlyColumnsThatMayShrink) {
  const auto text =
      table({{{"123456789012"}, {"a rather long name"}, {"active"}}}, {Colors::off, 32});

  EXPECT_EQ(text,
            "          ID  NAME        STATE\n"
            "123456789012  a rather …  active\n");
  for (std::size_t start = 0; start < text.size();) {
    const auto end = text.find('\n', start);
    EXPECT_LE(display_width(text.substr(start, end - start)), 32U);
    start = end + 1;
  }
}

TEST(Table, DoesWithoutColumnsInTheirOrderWhenCuttingIsNotEnough) {
  const std::vector<Column> many = {{"ID", Shrinks::no},
                                    {.title = "KIND", .shrinks = Shrinks::no, .goes = Goes::second},
                                    {.title = "PRIORITY", .goes = Goes::first},
                                    {"NAME"}};
  const auto in = [&](std::size_t width) {
    std::ostringstream out;
    write_table(out, many, {{{"12345678"}, {"import"}, {"normal"}, {"Ada"}}}, {Colors::off, width});
    return out.str();
  };

  EXPECT_EQ(in(0),
            "ID        KIND    PRIORITY  NAME\n"
            "12345678  import  normal    Ada\n");
  EXPECT_EQ(in(31),
            "ID        KIND    PRIORI…  NAME\n"
            "12345678  import  normal   Ada\n");
  EXPECT_EQ(in(29),
            "ID        KIND    NAME\n"
            "12345678  import  Ada\n");
  EXPECT_EQ(in(21),
            "ID        NAME\n"
            "12345678  Ada\n");
  EXPECT_EQ(in(5), in(21)) << "what never goes stays";
}

TEST(Table, ColoursHeaderAndStatesOnlyWhenAsked) {
  EXPECT_EQ(table({{{"1"}, {"a"}, {"active", Style::green}}}).find('\x1b'), std::string::npos);
  EXPECT_NE(table({{{"1"}, {"a"}, {"active", Style::green}}}, {Colors::on, 0})
                .find("\x1b[32mactive\x1b[0m"),
            std::string::npos);
}

TEST(Table, ShowsControlCharactersOfTheServerAsText) {
  const auto text = table({{{"1"}, {"\x1b]0;owned\x07\nx"}, {"a"}}});

  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("\\x1b]0;owned"), std::string::npos) << text;
}

TEST(Table, LeavesAColumnOutBeforeAnotherIsCutBelowItsLeast) {
  const auto titles = [](std::size_t width) {
    std::ostringstream out;
    write_table(out,
                {{"ID", Shrinks::no},
                 {.title = "AGE", .goes = Goes::first},
                 {.title = "ERROR", .least = 10}},
                {{{"1"}, {"3d"}, {"there is none of them"}}},
                {.columns = width});
    return out.str();
  };

  EXPECT_EQ(titles(19), "ID  AGE  ERROR\n1   3d   there is …\n");
  EXPECT_EQ(titles(18), "ID  ERROR\n1   there is none…\n");
  EXPECT_EQ(titles(10), "ID  ERROR\n1   there…\n") << "nothing else can give way";
}

TEST(Table, WritesACardOfOneRow) {
  std::ostringstream out;
  write_card(out, {{"ID"}, {"MAX BOTS"}, {"NAME"}}, {{"7"}, {"2"}, {""}}, {});

  EXPECT_EQ(out.str(), "Id:        7\nMax bots:  2\nName:\n");
}

TEST(Tsv, IsOneRecordPerLineWhateverTheDataHolds) {
  std::ostringstream out;
  write_tsv(out, {{"1"}, {"a\tb\nc"}, {std::string(300, 'x')}});

  EXPECT_EQ(out.str(), "1\ta\\tb\\nc\t" + std::string(300, 'x') + "\n");
}

TEST(Table, TellsATimeAsItsAge) {
  const auto shown = [](const std::string& time) {
    std::ostringstream out;
    write_table(out,
                {{"AT", Shrinks::no, Align::left, Shows::age}},
                {{{time}}},
                {.now = *parse_time("2026-11-21T21:00:00.000Z")});
    return out.str();
  };

  EXPECT_EQ(shown("2026-11-21T20:59:59.500Z"), "AT\n0s\n");
  EXPECT_EQ(shown("2026-11-21T20:05:07.000Z"), "AT\n54m\n");
  EXPECT_EQ(shown("2026-11-18T20:05:07.000Z"), "AT\n3d\n");
  EXPECT_EQ(shown("2026-11-21T21:00:05.000Z"), "AT\nin 5s\n");
  EXPECT_EQ(shown("soon"), "AT\nsoon\n");
}

}  // namespace
}  // namespace bot::cli
