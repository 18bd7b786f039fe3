#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string value = "minted-value-0123456789";

TEST(JobsTokens, ShowTheValuesOnStandardOutputOnly) {
  Program program;
  program.serve_everything();

  const auto ran = program.run({"jobs", "tokens", "job-1", "-vvv"});

  EXPECT_EQ(ran.out, "42\tada-42\tminted-value-0123456789\n");
  EXPECT_THAT(ran.err, HasSubstr("shown once"));
  EXPECT_THAT(ran.err, Not(HasSubstr(value)));
}

TEST(JobsTokens, GoIntoAFileThatOnlyItsOwnerCanRead) {
  Program program;
  program.serve_everything();
  const auto path = program.path("tokens.tsv");

  const auto ran = program.run({"jobs", "tokens", "job-1", "--out", path});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(program.read("tokens.tsv"), "ada-42\tminted-value-0123456789\n");
  EXPECT_EQ(program.mode_of("tokens.tsv"), 0600U);
  EXPECT_THAT(ran.out + ran.err, Not(HasSubstr(value)));
}

TEST(JobsTokens, AreNotTakenWhereTheyWouldBeLost) {
  Program program;
  program.write("there", "x");

  EXPECT_EQ(program.run({"jobs", "tokens", "job-1", "--out", program.path("there")}).code, 2);
  EXPECT_EQ(program.run({"jobs", "tokens", "job-1", "--out", program.path("no/such/dir")}).code, 2);
  EXPECT_EQ(program.run({"jobs", "tokens", "job-1", "-o", "id"}).code, 2);
  EXPECT_TRUE(program.server().sent().empty());
  EXPECT_EQ(program.read("there"), "x");
}

TEST(JobsTokens, LeaveNoFileWhenTheyWereShownBefore) {
  Program program;
  program.server().answer(409,
                          R"({"success":false,"error":"the tokens of this job have been shown"})");
  const auto path = program.path("tokens.tsv");

  const auto ran = program.run({"jobs", "tokens", "job-1", "--out", path});

  EXPECT_EQ(ran.code, 6);
  EXPECT_THAT(ran.err, HasSubstr("have been shown"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace bot::cli
