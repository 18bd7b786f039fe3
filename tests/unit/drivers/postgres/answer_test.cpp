#include "drivers/postgres/answer.hpp"

#include <gtest/gtest.h>

namespace bot::sql {
namespace {

TEST(PostgresValues, AreSentAsText) {
  const std::vector<Value> values = {7, "text", 0.1, true, nullptr, ""};

  const TextValues sent(values, "SELECT");

  ASSERT_EQ(sent.size(), 6);
  EXPECT_STREQ(sent.pointers()[0], "7");
  EXPECT_STREQ(sent.pointers()[1], "text");
  EXPECT_STREQ(sent.pointers()[2], "0.1");
  EXPECT_STREQ(sent.pointers()[3], "t");
  EXPECT_EQ(sent.pointers()[4], nullptr);
  EXPECT_STREQ(sent.pointers()[5], "");
}

TEST(PostgresValues, RefuseATextThatWouldBeCutAtANulCharacter) {
  const std::vector<Value> values = {std::string("a\0b", 3)};

  EXPECT_THROW(TextValues(values, "SELECT $1"), Fault);
}

TEST(PostgresRefusal, TellsWhatPassesFromWhatDoesNot) {
  EXPECT_EQ(refusal_of_state("40001"), Refusal::try_again);
  EXPECT_EQ(refusal_of_state("40P01"), Refusal::try_again);
  EXPECT_EQ(refusal_of_state("0A000"), Refusal::fault);
  EXPECT_EQ(refusal_of_state("57P01"), Refusal::unavailable);
  EXPECT_EQ(refusal_of_state("53300"), Refusal::unavailable);
  EXPECT_EQ(refusal_of_state("08006"), Refusal::unavailable);
  EXPECT_EQ(refusal_of_state("25006"), Refusal::unavailable);
  EXPECT_EQ(refusal_of_state("55P03"), Refusal::unavailable);
  EXPECT_EQ(refusal_of_state("23505"), Refusal::fault);
  EXPECT_EQ(refusal_of_state("42601"), Refusal::fault);
  EXPECT_EQ(refusal_of_state(""), Refusal::fault);
}

}  // namespace
}  // namespace bot::sql
