#include "drivers/csv/records.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"

namespace bot::csv {
namespace {

using testing::ElementsAre;

// "1:a|b" for a record of two fields that begins on line 1.
std::vector<std::string> read(std::string_view text) {
  const auto records = read_records(text);
  if (!records) return {records.error().message};
  std::vector<std::string> shown;
  for (const auto& record : *records)
    shown.push_back(std::to_string(record.line) + ":" + join(record.fields, "|"));
  return shown;
}

TEST(CsvRecords, HaveTheirFieldsAndTheirLines) {
  EXPECT_THAT(read("a,b\r\nc,\r\n"), ElementsAre("1:a|b", "2:c|"));
  EXPECT_THAT(read("a,b\nc,d"), ElementsAre("1:a|b", "2:c|d"));
  EXPECT_THAT(read("a\rb\r"), ElementsAre("1:a", "2:b"));
  EXPECT_THAT(read(""), ElementsAre());
}

TEST(CsvRecords, KeepSpacesAndWhatIsQuoted) {
  EXPECT_THAT(read("\"a,b\", c ,\"say \"\"hi\"\"\"\n"), ElementsAre("1:a,b| c |say \"hi\""));
}

TEST(CsvRecords, CountTheLinesThatAQuotedFieldGoesOverAndTheBlankOnes) {
  EXPECT_THAT(read("a\n\n\"b\nc\n\"\n\nd\n"), ElementsAre("1:a", "3:b\nc\n", "7:d"));
}

TEST(CsvRecords, NameTheLineWhereQuotingIsBroken) {
  EXPECT_THAT(read("a\nb\"c\n"),
              ElementsAre("line 2: a quote is not closed, or stands inside a field that is not "
                          "quoted"));
  EXPECT_THAT(read("a\n\n\"b\nc\n"),
              ElementsAre("line 3: a quote is not closed, or stands inside a field that is not "
                          "quoted"));
}

}  // namespace
}  // namespace bot::csv
