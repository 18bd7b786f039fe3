#include "drivers/sql.hpp"

#include <gtest/gtest.h>

namespace bot::sql {
namespace {

Rows one_row() {
  auto names = std::make_shared<const Rows::Names>(Rows::Names{"id", "name", "score", "gone"});
  return Rows(std::move(names), {Value(7), Value("seven"), Value(0.5), Value(nullptr)}, 0);
}

TEST(Value, TakesWhatRowsAreMadeOf) {
  EXPECT_EQ(Value(7).held(), Value::Variant(std::int64_t{7}));
  EXPECT_EQ(Value(true).held(), Value::Variant(true));
  EXPECT_EQ(Value("x").held(), Value::Variant(std::string("x")));
  EXPECT_EQ(Value(std::string_view("x")).held(), Value::Variant(std::string("x")));
  EXPECT_EQ(Value(std::optional<std::string>("x")).held(), Value::Variant(std::string("x")));
  EXPECT_TRUE(Value(std::optional<std::int64_t>()).is_null());
  EXPECT_TRUE(Value(nullptr).is_null());
}

TEST(Row, IsReadByNameAndByNumber) {
  const Rows rows = one_row();

  EXPECT_EQ(rows[0].integer("id"), 7);
  EXPECT_EQ(rows[0].text(1), "seven");
  EXPECT_EQ(rows[0].real("score"), 0.5);
  EXPECT_EQ(rows[0].real("id"), 7.0);
  EXPECT_TRUE(rows[0].boolean("id"));
  EXPECT_EQ(rows[0].optional_text("gone"), std::nullopt);
  EXPECT_EQ(rows[0].optional_integer("id"), 7);
}

TEST(Row, RefusesAWrongTypeAndAWrongColumn) {
  const Rows rows = one_row();

  EXPECT_THROW(rows[0].integer("name"), Fault);
  EXPECT_THROW(rows[0].text("gone"), Fault);
  EXPECT_THROW(rows[0].text("absent"), Fault);
  EXPECT_THROW(rows[0].text(4), Fault);
  EXPECT_THROW(rows[1], Fault);
}

TEST(Rows, AreWalkedInOrder) {
  auto names = std::make_shared<const Rows::Names>(Rows::Names{"n"});
  const Rows rows(std::move(names), {Value(1), Value(2), Value(3)}, 0);

  std::int64_t seen = 0;
  for (const Row row : rows)
    seen = 10 * seen + row.integer("n");

  EXPECT_EQ(rows.size(), 3u);
  EXPECT_EQ(seen, 123);
}

}  // namespace
}  // namespace bot::sql
