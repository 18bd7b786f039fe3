#include "cli/output/csv.hpp"

#include <gtest/gtest.h>

namespace bot::cli {
namespace {

std::string cell(const types::Json& value) {
  const auto text = csv_of({"x"}, {types::Json{{"x", value}}});
  return text.substr(2, text.size() - 3);  // without the header and the last newline
}

TEST(Csv, HasAHeaderAndALineForEachObject) {
  const std::vector<types::Json> objects = {{{"id", 1}, {"name", "Ada"}, {"secret", "s"}},
                                            {{"name", nullptr}, {"id", 2}}};

  EXPECT_EQ(csv_of({"id", "name"}, objects), "id,name\n1,Ada\n2,\n");
}

TEST(Csv, OfNothingIsTheHeaderAlone) {
  EXPECT_EQ(csv_of({"id", "name"}, {}), "id,name\n");
}

TEST(Csv, QuotesWhatWouldEndACell) {
  EXPECT_EQ(cell("a,b"), "\"a,b\"");
  EXPECT_EQ(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(cell("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(cell("plain text"), "plain text");
}

TEST(Csv, TakesTheForceOutOfFormulas) {
  for (const std::string text : {"=1+1", "+1", "-1", "@SUM(A1)", "\tx"})
    EXPECT_EQ(cell(text), "'" + text);
  EXPECT_EQ(cell("\r=1"), "\"'\r=1\"");
  EXPECT_EQ(cell("=HYPERLINK(\"x\",\"y\")"), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
}

TEST(Csv, LeavesNumbersNumbers) {
  EXPECT_EQ(cell(-5), "-5");
  EXPECT_EQ(cell(true), "true");
}

TEST(Csv, WritesObjectsAsJsonAndTextAsUtf8) {
  EXPECT_EQ(cell(types::Json{{"a", 1}}), "\"{\"\"a\"\":1}\"");
  EXPECT_EQ(cell("\xff"), "\xef\xbf\xbd");
}

}  // namespace
}  // namespace bot::cli
