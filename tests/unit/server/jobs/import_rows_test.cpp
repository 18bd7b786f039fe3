#include "server/jobs/import_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bot::jobs {
namespace {

using testing::ElementsAre;

// "ann@x.org Ann 5" for each row, or what is wrong with it, or with all of it.
std::vector<std::string> read(std::string_view csv) {
  const auto rows = read_import(csv);
  if (!rows) return {rows.error().message};
  std::vector<std::string> shown;
  for (const auto& row : *rows) {
    shown.push_back(row ? row->email + " " + row->name.value_or("-") + " " +
                              std::to_string(row->max_concurrent_bots)
                        : row.error().message);
  }
  return shown;
}

TEST(ImportRows, HaveTheColumnsThatTheHeaderNames) {
  EXPECT_THAT(read("email,name,max_concurrent_bots\nann@x.org,Ann,5\n"),
              ElementsAre("ann@x.org Ann 5"));
  EXPECT_THAT(read("Name, EMAIL\r\n\"Lee, Bob\",bob@X.org\r\n,c@x.org\r\n"),
              ElementsAre("bob@x.org Lee, Bob 1", "c@x.org - 1"));
  EXPECT_THAT(read("\xef\xbb\xbf"
                   "email\na@x.org"),
              ElementsAre("a@x.org - 1"));
}

TEST(ImportRows, AreMistakesOfTheirOwnWithTheirLine) {
  EXPECT_THAT(read("email,name,max_concurrent_bots\n\nann,Ann,1\nb@x.org,Bob,-1\nc@x.org,C,many\n"
                   "d@x.org,\"D\n\",1\ne@x.org\nf@x.org,,\n"),
              ElementsAre("line 3: the email is not a valid address",
                          "line 4: max_concurrent_bots is not a number from 0 to 1000000",
                          "line 5: max_concurrent_bots is not a number from 0 to 1000000",
                          "d@x.org D 1",
                          "line 8: has 1 fields, and the header 3",
                          "f@x.org - 1"));
  EXPECT_THAT(read("email,name\na@x.org,a\x01z\n"),
              ElementsAre("line 2: the name has control characters or more than 255 bytes"));
}

TEST(ImportRows, AreNoneWhenTheWholeTextIsWrong) {
  EXPECT_THAT(read(""), ElementsAre("there is no row below a header such as email,name"));
  EXPECT_THAT(read("email\n"), ElementsAre("there is no row below a header such as email,name"));
  EXPECT_THAT(read("name\nAnn\n"), ElementsAre("line 1: there is no column email"));
  EXPECT_THAT(read("email,email\na,b\n"), ElementsAre("line 1: the column email is there twice"));
  EXPECT_THAT(read("email,password\na,b\n"),
              ElementsAre("line 1: 'password' is no column; the columns are email, name and "
                          "max_concurrent_bots"));
  EXPECT_THAT(read("email\n\"a\n"),
              ElementsAre("line 2: a quote is not closed, or stands inside a field that is not "
                          "quoted"));
  std::string many = "email\n";
  for (std::size_t i = 0; i <= most_import_rows; ++i)
    many += "a@x.org\n";
  EXPECT_THAT(read(many), ElementsAre("there are more than 10000 rows"));
}

}  // namespace
}  // namespace bot::jobs
